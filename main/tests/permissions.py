"""Who gets what at every address: the table of test_permissions, and how it is read."""

from collections.abc import Iterator
from dataclasses import dataclass

# nobody      is not signed in             dispatch    is in the group Dispatchers
# buyer       ordered, and so on           office      is in the group Employees
# other       is another customer          owner       is a superuser
# closed      is an employee whose account was closed while signed in
# flagged     has the flag of staff, and no group
KINDS = ["nobody", "buyer", "other", "dispatch", "office", "owner", "closed", "flagged"]
# With * it is the same for everyone, and these three are asked.
SOME = ["nobody", "other", "owner"]
# A number is the status. "in" is a redirect to the login and back, "on" one to somewhere else.
# Where an address names something, it is the buyer's.
# A page that takes a POST and has no row for it has the door of its GET: the refused are the same.
TABLE = r"""
# The owners' site                                                 | nob buy oth dis off own clo fla
GET    admin/                                                      | in  403 403 403 403 200 in  403
GET    admin/<app_label>/                                          | in  403 403 403 403 200 in  403
GET    admin/<url>                                                 | in  403 403 403 403 404 in  403
GET    admin/account/emailaddress/                                 | in  403 403 403 403 200 in  403
GET    admin/account/emailaddress/<path:object_id>/                | in  403 403 403 403 on  in  403
GET    admin/account/emailaddress/<path:object_id>/change/         | in  403 403 403 403 200 in  403
GET    admin/account/emailaddress/<path:object_id>/delete/         | in  403 403 403 403 403 in  403
GET    admin/account/emailaddress/<path:object_id>/history/        | in  403 403 403 403 200 in  403
GET    admin/account/emailaddress/add/                             | in  403 403 403 403 403 in  403
GET    admin/auth/group/                                           | in  403 403 403 403 200 in  403
GET    admin/auth/group/<path:object_id>/                          | in  403 403 403 403 on  in  403
GET    admin/auth/group/<path:object_id>/change/                   | in  403 403 403 403 200 in  403
GET    admin/auth/group/<path:object_id>/delete/                   | in  403 403 403 403 403 in  403
GET    admin/auth/group/<path:object_id>/history/                  | in  403 403 403 403 200 in  403
GET    admin/auth/group/add/                                       | in  403 403 403 403 403 in  403
GET    admin/autocomplete/                                         | in  403 403 403 403 200 in  403
GET    admin/invoice/<int:order_id>/                               | in  403 403 403 403 200 in  403
GET    admin/jsi18n/                                               | in  403 403 403 403 200 in  403
GET    admin/knox/authtoken/                                       | in  403 403 403 403 200 in  403
GET    admin/knox/authtoken/<path:object_id>/                      | in  403 403 403 403 on  in  403
GET    admin/knox/authtoken/<path:object_id>/change/               | in  403 403 403 403 200 in  403
GET    admin/knox/authtoken/<path:object_id>/delete/               | in  403 403 403 403 200 in  403
GET    admin/knox/authtoken/<path:object_id>/history/              | in  403 403 403 403 200 in  403
GET    admin/knox/authtoken/add/                                   | in  403 403 403 403 403 in  403
GET    admin/login/                                                | on *
POST   admin/login/                                                | on *
GET    admin/logout/                                               | in  403 403 403 403 on  in  403
GET    admin/low_stock/                                            | in  403 403 403 403 200 in  403
GET    admin/main/address/                                         | in  403 403 403 403 200 in  403
GET    admin/main/address/<path:object_id>/                        | in  403 403 403 403 on  in  403
GET    admin/main/address/<path:object_id>/change/                 | in  403 403 403 403 200 in  403
GET    admin/main/address/<path:object_id>/delete/                 | in  403 403 403 403 200 in  403
GET    admin/main/address/<path:object_id>/history/                | in  403 403 403 403 200 in  403
GET    admin/main/address/add/                                     | in  403 403 403 403 200 in  403
GET    admin/main/basket/                                          | in  403 403 403 403 200 in  403
GET    admin/main/basket/<path:object_id>/                         | in  403 403 403 403 on  in  403
GET    admin/main/basket/<path:object_id>/change/                  | in  403 403 403 403 200 in  403
GET    admin/main/basket/<path:object_id>/delete/                  | in  403 403 403 403 403 in  403
GET    admin/main/basket/<path:object_id>/history/                 | in  403 403 403 403 200 in  403
GET    admin/main/basket/add/                                      | in  403 403 403 403 403 in  403
GET    admin/main/invoice/                                         | in  403 403 403 403 200 in  403
GET    admin/main/invoice/<path:object_id>/                        | in  403 403 403 403 on  in  403
GET    admin/main/invoice/<path:object_id>/change/                 | in  403 403 403 403 200 in  403
GET    admin/main/invoice/<path:object_id>/delete/                 | in  403 403 403 403 403 in  403
GET    admin/main/invoice/<path:object_id>/history/                | in  403 403 403 403 200 in  403
GET    admin/main/invoice/add/                                     | in  403 403 403 403 403 in  403
GET    admin/main/order/                                           | in  403 403 403 403 200 in  403
GET    admin/main/order/<path:object_id>/                          | in  403 403 403 403 on  in  403
GET    admin/main/order/<path:object_id>/change/                   | in  403 403 403 403 200 in  403
GET    admin/main/order/<path:object_id>/delete/                   | in  403 403 403 403 403 in  403
GET    admin/main/order/<path:object_id>/history/                  | in  403 403 403 403 200 in  403
GET    admin/main/order/<path:object_id>/lines/                    | in  403 403 403 403 on  in  403
POST   admin/main/order/<path:object_id>/lines/                    | in  403 403 403 403 on  in  403
GET    admin/main/order/<path:object_id>/status/                   | in  403 403 403 403 on  in  403
POST   admin/main/order/<path:object_id>/status/                   | in  403 403 403 403 on  in  403
GET    admin/main/order/add/                                       | in  403 403 403 403 403 in  403
GET    admin/main/product/                                         | in  403 403 403 403 200 in  403
GET    admin/main/product/<path:object_id>/                        | in  403 403 403 403 on  in  403
GET    admin/main/product/<path:object_id>/change/                 | in  403 403 403 403 200 in  403
GET    admin/main/product/<path:object_id>/delete/                 | in  403 403 403 403 200 in  403
GET    admin/main/product/<path:object_id>/history/                | in  403 403 403 403 200 in  403
GET    admin/main/product/add/                                     | in  403 403 403 403 200 in  403
GET    admin/main/producttag/                                      | in  403 403 403 403 200 in  403
GET    admin/main/producttag/<path:object_id>/                     | in  403 403 403 403 on  in  403
GET    admin/main/producttag/<path:object_id>/change/              | in  403 403 403 403 200 in  403
GET    admin/main/producttag/<path:object_id>/delete/              | in  403 403 403 403 200 in  403
GET    admin/main/producttag/<path:object_id>/history/             | in  403 403 403 403 200 in  403
GET    admin/main/producttag/add/                                  | in  403 403 403 403 200 in  403
GET    admin/main/user/                                            | in  403 403 403 403 200 in  403
GET    admin/main/user/<id>/password/                              | in  403 403 403 403 200 in  403
GET    admin/main/user/<path:object_id>/                           | in  403 403 403 403 on  in  403
GET    admin/main/user/<path:object_id>/change/                    | in  403 403 403 403 200 in  403
GET    admin/main/user/<path:object_id>/delete/                    | in  403 403 403 403 200 in  403
GET    admin/main/user/<path:object_id>/history/                   | in  403 403 403 403 200 in  403
GET    admin/main/user/add/                                        | in  403 403 403 403 200 in  403
GET    admin/mfa/authenticator/                                    | in  403 403 403 403 200 in  403
GET    admin/mfa/authenticator/<path:object_id>/                   | in  403 403 403 403 on  in  403
GET    admin/mfa/authenticator/<path:object_id>/change/            | in  403 403 403 403 200 in  403
GET    admin/mfa/authenticator/<path:object_id>/delete/            | in  403 403 403 403 200 in  403
GET    admin/mfa/authenticator/<path:object_id>/history/           | in  403 403 403 403 200 in  403
GET    admin/mfa/authenticator/add/                                | in  403 403 403 403 403 in  403
GET    admin/most_bought_products/                                 | in  403 403 403 403 200 in  403
GET    admin/orders_per_day/                                       | in  403 403 403 403 200 in  403
GET    admin/password_change/                                      | in  403 403 403 403 on  in  403
GET    admin/password_change/done/                                 | in  403 403 403 403 on  in  403
GET    admin/r/<path:content_type_id>/<path:object_id>/            | in  403 403 403 403 on  in  403
GET    admin/turnover/                                             | in  403 403 403 403 200 in  403

# The central office's site                                        | nob buy oth dis off own clo fla
GET    office-admin/                                               | in  403 403 403 200 200 in  403
GET    office-admin/<app_label>/                                   | in  403 403 403 200 200 in  403
GET    office-admin/<url>                                          | in  403 403 403 404 404 in  403
GET    office-admin/autocomplete/                                  | in  403 403 403 200 200 in  403
GET    office-admin/invoice/<int:order_id>/                        | in  403 403 403 200 200 in  403
GET    office-admin/jsi18n/                                        | in  403 403 403 200 200 in  403
GET    office-admin/login/                                         | on *
POST   office-admin/login/                                         | on *
GET    office-admin/logout/                                        | in  403 403 403 on  on  in  403
GET    office-admin/low_stock/                                     | in  403 403 403 200 200 in  403
GET    office-admin/main/address/                                  | in  403 403 403 200 200 in  403
GET    office-admin/main/address/<path:object_id>/                 | in  403 403 403 on  on  in  403
GET    office-admin/main/address/<path:object_id>/change/          | in  403 403 403 200 200 in  403
GET    office-admin/main/address/<path:object_id>/delete/          | in  403 403 403 403 200 in  403
GET    office-admin/main/address/<path:object_id>/history/         | in  403 403 403 200 200 in  403
GET    office-admin/main/address/add/                              | in  403 403 403 403 200 in  403
GET    office-admin/main/invoice/                                  | in  403 403 403 200 200 in  403
GET    office-admin/main/invoice/<path:object_id>/                 | in  403 403 403 on  on  in  403
GET    office-admin/main/invoice/<path:object_id>/change/          | in  403 403 403 200 200 in  403
GET    office-admin/main/invoice/<path:object_id>/delete/          | in  403 403 403 403 403 in  403
GET    office-admin/main/invoice/<path:object_id>/history/         | in  403 403 403 200 200 in  403
GET    office-admin/main/invoice/add/                              | in  403 403 403 403 403 in  403
GET    office-admin/main/order/                                    | in  403 403 403 200 200 in  403
GET    office-admin/main/order/<path:object_id>/                   | in  403 403 403 on  on  in  403
GET    office-admin/main/order/<path:object_id>/change/            | in  403 403 403 200 200 in  403
GET    office-admin/main/order/<path:object_id>/delete/            | in  403 403 403 403 403 in  403
GET    office-admin/main/order/<path:object_id>/history/           | in  403 403 403 200 200 in  403
GET    office-admin/main/order/<path:object_id>/lines/             | in  403 403 403 on  on  in  403
POST   office-admin/main/order/<path:object_id>/lines/             | in  403 403 403 on  on  in  403
GET    office-admin/main/order/<path:object_id>/status/            | in  403 403 403 on  on  in  403
POST   office-admin/main/order/<path:object_id>/status/            | in  403 403 403 on  on  in  403
GET    office-admin/main/order/add/                                | in  403 403 403 403 403 in  403
GET    office-admin/main/product/                                  | in  403 403 403 200 200 in  403
GET    office-admin/main/product/<path:object_id>/                 | in  403 403 403 on  on  in  403
GET    office-admin/main/product/<path:object_id>/change/          | in  403 403 403 200 200 in  403
GET    office-admin/main/product/<path:object_id>/delete/          | in  403 403 403 403 200 in  403
GET    office-admin/main/product/<path:object_id>/history/         | in  403 403 403 200 200 in  403
GET    office-admin/main/product/add/                              | in  403 403 403 200 200 in  403
GET    office-admin/main/producttag/                               | in  403 403 403 200 200 in  403
GET    office-admin/main/producttag/<path:object_id>/              | in  403 403 403 on  on  in  403
GET    office-admin/main/producttag/<path:object_id>/change/       | in  403 403 403 200 200 in  403
GET    office-admin/main/producttag/<path:object_id>/delete/       | in  403 403 403 200 200 in  403
GET    office-admin/main/producttag/<path:object_id>/history/      | in  403 403 403 200 200 in  403
GET    office-admin/main/producttag/add/                           | in  403 403 403 200 200 in  403
GET    office-admin/most_bought_products/                          | in  403 403 403 200 200 in  403
GET    office-admin/orders_per_day/                                | in  403 403 403 200 200 in  403
GET    office-admin/password_change/                               | in  403 403 403 on  on  in  403
GET    office-admin/password_change/done/                          | in  403 403 403 on  on  in  403
GET    office-admin/r/<path:content_type_id>/<path:object_id>/     | in  403 403 403 on  on  in  403
GET    office-admin/turnover/                                      | in  403 403 403 200 200 in  403

# Dispatch's site                                                  | nob buy oth dis off own clo fla
GET    dispatch-admin/                                             | in  403 403 200 403 200 in  403
GET    dispatch-admin/<app_label>/                                 | in  403 403 200 403 200 in  403
GET    dispatch-admin/<url>                                        | in  403 403 404 403 404 in  403
GET    dispatch-admin/autocomplete/                                | in  403 403 403 403 403 in  403
GET    dispatch-admin/jsi18n/                                      | in  403 403 200 403 200 in  403
GET    dispatch-admin/login/                                       | on *
POST   dispatch-admin/login/                                       | on *
GET    dispatch-admin/logout/                                      | in  403 403 on  403 on  in  403
GET    dispatch-admin/main/order/                                  | in  403 403 200 403 200 in  403
GET    dispatch-admin/main/order/<path:object_id>/                 | in  403 403 on  403 on  in  403
GET    dispatch-admin/main/order/<path:object_id>/change/          | in  403 403 200 403 200 in  403
GET    dispatch-admin/main/order/<path:object_id>/delete/          | in  403 403 403 403 403 in  403
GET    dispatch-admin/main/order/<path:object_id>/history/         | in  403 403 403 403 403 in  403
GET    dispatch-admin/main/order/<path:object_id>/lines/           | in  403 403 on  403 on  in  403
POST   dispatch-admin/main/order/<path:object_id>/lines/           | in  403 403 on  403 on  in  403
GET    dispatch-admin/main/order/add/                              | in  403 403 403 403 403 in  403
GET    dispatch-admin/main/order/packing/                          | in  403 403 200 403 200 in  403
GET    dispatch-admin/main/product/                                | in  403 403 200 403 200 in  403
GET    dispatch-admin/main/product/<path:object_id>/               | in  403 403 on  403 on  in  403
GET    dispatch-admin/main/product/<path:object_id>/change/        | in  403 403 200 403 200 in  403
GET    dispatch-admin/main/product/<path:object_id>/delete/        | in  403 403 403 403 403 in  403
GET    dispatch-admin/main/product/<path:object_id>/history/       | in  403 403 403 403 403 in  403
GET    dispatch-admin/main/product/add/                            | in  403 403 403 403 403 in  403
GET    dispatch-admin/password_change/                             | in  403 403 on  403 on  in  403
GET    dispatch-admin/password_change/done/                        | in  403 403 on  403 on  in  403
GET    dispatch-admin/r/<path:content_type_id>/<path:object_id>/   | in  403 403 on  403 on  in  403

# The API, asked by a session                                      | nob buy oth dis off own clo fla
GET    ^(?:mobile-)?api(?:/[\s\S]*)?$                              | 404 *
GET    api/                                                        | on *
GET    api/docs/                                                   | 200 *
GET    api/orderlines/                                             | 401 403 403 200 200 200 401 403
GET    api/orderlines/<int:line_id>/                               | 401 403 403 200 200 200 401 403
PATCH  api/orderlines/<int:line_id>/                               | 401 403 403 200 200 200 401 403
PUT    api/orderlines/<int:line_id>/                               | 401 403 403 200 200 200 401 403
GET    api/orders/                                                 | 401 403 403 200 200 200 401 403
GET    api/orders/<int:order_id>/                                  | 401 403 403 200 200 200 401 403
GET    api/schema/                                                 | 200 *
DELETE mobile-api/auth/                                            | 401 *
POST   mobile-api/auth/                                            | 400 *
GET    mobile-api/my-orders/                                       | 401 200 200 200 200 200 401 200

# Orders: for staff all of them, for customers their own           | nob buy oth dis off own clo fla
GET    order-dashboard/                                            | in  403 403 403 200 200 in  403
GET    order/address_select/                                       | on *
POST   order/address_select/                                       | on *
GET    order/done/                                                 | 404 *
GET    orders/                                                     | in  200 200 200 200 200 in  200
GET    orders/<int:order_id>/                                      | 404 200 404 404 404 404 404 404
GET    orders/<int:order_id>/again/                                | 405 *
POST   orders/<int:order_id>/again/                                | 404 on  404 404 404 404 404 404
GET    orders/<int:order_id>/invoice/                              | 404 200 404 404 404 404 404 404
GET    orders/open/<str:token>/                                    | 404 *

# Accounts                                                         | nob buy oth dis off own clo fla
GET    ^account/email/verify/(?P<key>[-:\w]+)/$                    | 200 *
POST   ^account/email/verify/(?P<key>[-:\w]+)/$                    | 404 *
GET    ^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$ | 200 *
POST   ^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$ | 200 *
GET    account/confirm/                                            | in  on  200 200 200 200 in  200
GET    account/email/                                              | in  200 200 200 200 200 in  200
GET    account/email/sent/                                         | 200 *
GET    account/inactive/                                           | 200 *
GET    account/password/                                           | in  200 200 200 200 200 in  200
GET    account/password/reset/                                     | 200 *
POST   account/password/reset/                                     | on *
GET    account/password/reset/done/                                | 200 *
GET    account/password/reset/sent/                                | 200 *
GET    account/password/set/                                       | in  on  on  on  on  on  in  on
GET    account/security/                                           | in  200 200 200 200 200 in  200
GET    account/security/app/                                       | in  on  on  on  on  on  in  on
GET    account/security/app/remove/                                | in  on  404 404 404 404 in  404
GET    account/security/code/                                      | on *
POST   account/security/code/                                      | on *
GET    account/security/codes/                                     | in  404 404 404 404 404 in  404
GET    account/security/codes/download/                            | in  404 404 404 404 404 in  404
GET    account/security/codes/new/                                 | in  on  on  on  on  on  in  on
GET    account/security/confirm/                                   | in  200 on  on  on  on  in  on
GET    account/security/passkeys/                                  | in  on  on  on  on  on  in  on
GET    account/security/passkeys/<int:pk>/                         | in  on  on  on  on  on  in  on
GET    account/security/passkeys/<int:pk>/remove/                  | in  on  on  on  on  on  in  on
GET    account/security/passkeys/confirm/                          | in  on  on  on  on  on  in  on
GET    account/security/passkeys/sign-in/                          | on *
POST   account/security/passkeys/sign-in/                          | on *
GET    address/                                                    | in  200 200 200 200 200 in  200
GET    address/<int:pk>/                                           | in  200 404 404 404 404 in  404
GET    address/<int:pk>/delete/                                    | in  200 404 404 404 404 in  404
GET    address/create/                                             | in  200 200 200 200 200 in  200
GET    login/                                                      | 200 on  on  on  on  on  200 on
POST   login/                                                      | 200 on  on  on  on  on  200 on
GET    logout/                                                     | on  200 200 200 200 200 on  200
POST   logout/                                                     | on *
GET    signup/                                                     | 200 on  on  on  on  on  200 on
POST   signup/                                                     | on *

# The shop                                                         | nob buy oth dis off own clo fla
GET                                                                | 200 *
GET    about-us/                                                   | 200 *
GET    add_to_basket/                                              | 405 *
POST   add_to_basket/                                              | 400 *
GET    basket/                                                     | 200 *
POST   basket/                                                     | on *
GET    contact-us/                                                 | 200 *
POST   contact-us/                                                 | 200 *
GET    healthz/                                                    | 200 *
GET    healthz/alive/                                              | 200 *
GET    media/<path:path>                                           | 404 *
GET    product/<slug:slug>/                                        | 200 *
GET    products/<slug:tag>/                                        | 200 *
GET    robots.txt                                                  | 200 *
GET    search/                                                     | 200 *
GET    sitemap-<section>.xml                                       | 200 *
POST   sitemap-<section>.xml                                       | 200 *
GET    sitemap.xml                                                 | 200 *
POST   sitemap.xml                                                 | 200 *
"""


@dataclass(frozen=True)
class Row:
    method: str
    route: str
    outcomes: dict[str, str]  # by kind


def rows() -> Iterator[Row]:
    for line in TABLE.splitlines():
        if line and not line.startswith("#"):
            address, _, outcomes = line.rpartition("|")
            method, _, route = address.strip().partition(" ")
            yield Row(method, route.strip(), _by_kind(outcomes.split()))


def _by_kind(outcomes: list[str]) -> dict[str, str]:
    if outcomes[1:] == ["*"]:
        return dict.fromkeys(SOME, outcomes[0])
    return dict(zip(KINDS, outcomes, strict=True))
