"""Who gets what at every address: the table of test_permissions, and how it is read."""

from collections.abc import Iterator
from dataclasses import dataclass

from main.tests.support.permissions_admin import ADMIN_SITES

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
PAGES = r"""
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
GET    mobile-api/orders/<int:order_id>/messages/                  | 401 200 404 404 200 200 401 404
POST   mobile-api/orders/<int:order_id>/messages/                  | 401 201 404 404 201 201 401 404
POST   mobile-api/orders/<int:order_id>/chat-ticket/               | 401 201 404 404 403 403 401 404
POST   mobile-api/orders/<int:order_id>/read/                      | 401 200 404 404 200 200 401 404
PUT    mobile-api/orders/<int:order_id>/read/                      | 401 200 404 404 200 200 401 404
GET    mobile-api/my-orders/                                       | 401 200 200 200 200 200 401 200

# Orders: for staff all of them, for customers their own           | nob buy oth dis off own clo fla
GET    customer-service/                                           | in  403 403 403 200 200 in  403
GET    customer-service/<int:order_id>/                            | in  403 403 403 200 200 in  403
GET    order-dashboard/                                            | in  403 403 403 200 200 in  403
GET    order/address_select/                                       | on *
POST   order/address_select/                                       | on *
GET    order/done/                                                 | 404 *
GET    orders/                                                     | in  200 200 200 200 200 in  200
GET    orders/<int:order_id>/                                      | in  200 404 404 404 404 in  404
GET    orders/<int:order_id>/again/                                | 405 *
POST   orders/<int:order_id>/again/                                | 404 on  404 404 404 404 404 404
GET    orders/<int:order_id>/conversation/                         | in  200 404 404 404 404 in  404
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
TABLE = ADMIN_SITES + PAGES


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
