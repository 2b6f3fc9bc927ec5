"""What every address wants, and so who gets what there: the table of test_permissions.

A row names the right that it wants. Who has which is said by the roles (main.models.staff_roles),
so a new role, or another right of one, changes no row.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from main.models.staff_roles import STAFF_ROLES
from main.tests.support.permissions_admin import OTHER_PAGES, pages_of_models, site_of

API = ("api/", "mobile-api/", "^(?:mobile-)?api")
RIGHTS = {role.name: role.rights for role in STAFF_ROLES}
# nobody      is not signed in             owner       is a superuser
# buyer       ordered, and so on           closed      is an employee whose account was closed
# other       is another customer                      while signed in
# (a role)    is one of the staff          flagged     has the flag of staff, and no group
KINDS = ["nobody", "buyer", "other", *RIGHTS, "owner", "closed", "flagged"]
STRANGERS = ["nobody", "closed"]
# What is the same for all is asked by these three.
SOME = ["nobody", "other", "owner"]
# Behind the bar: who, and what they get. The first that fits decides:
#   all         everyone                   stranger    whoever is not signed in
#   own         the buyer, whose is what   member      whoever is signed in
#               the address names          noun.verb   whoever has this right
# Whom none fits is refused: a stranger is sent to the login ("in"; by the API 401), others get 403.
# A number is the status. "in" is a redirect to the login and back, "on" one to somewhere else.
# A page that takes a POST and has no row for it has the door of its GET: the refused are the same.
PAGES = r"""
# The API, asked by a session
GET    ^(?:mobile-)?api(?:/[\s\S]*)?$                | all 404
GET    api/                                          | all on
GET    api/docs/                                     | all 200
GET    api/orderlines/                               | order.view 200
GET    api/orderlines/<int:line_id>/                 | order.view 200
PATCH  api/orderlines/<int:line_id>/                 | orderline.change 200
PUT    api/orderlines/<int:line_id>/                 | orderline.change 200
GET    api/orders/                                   | order.view 200
GET    api/orders/<int:order_id>/                    | order.view 200
GET    api/schema/                                   | all 200
DELETE mobile-api/auth/                              | all 401
POST   mobile-api/auth/                              | all 400
GET    mobile-api/orders/<int:order_id>/messages/    | own 200, conversation.answer 200, member 404
POST   mobile-api/orders/<int:order_id>/messages/    | own 201, conversation.answer 201, member 404
POST   mobile-api/orders/<int:order_id>/chat-ticket/ | own 201, conversation.answer 403, member 404
POST   mobile-api/orders/<int:order_id>/read/        | own 200, conversation.answer 200, member 404
PUT    mobile-api/orders/<int:order_id>/read/        | own 200, conversation.answer 200, member 404
GET    mobile-api/my-orders/                         | member 200

# Orders: for staff all of them, for customers their own
GET    customer-service/                             | conversation.answer 200
GET    customer-service/<int:order_id>/              | conversation.answer 200
GET    order-dashboard/                              | dashboard.view 200
GET    order/address_select/                         | all on
POST   order/address_select/                         | all on
GET    order/review/                                 | all on
POST   order/review/                                 | all on
GET    order/done/                                   | all 404
GET    orders/                                       | member 200
GET    orders/<int:order_id>/                        | own 200, member 404
GET    orders/<int:order_id>/again/                  | all 405
POST   orders/<int:order_id>/again/                  | own on, stranger 404, member 404
GET    orders/<int:order_id>/conversation/           | own 200, member 404
GET    orders/<int:order_id>/invoice/                | own 200, stranger 404, member 404
GET    orders/open/<str:token>/                      | all 404

# Accounts
GET    ^account/email/verify/(?P<key>[-:\w]+)/$      | all 200
POST   ^account/email/verify/(?P<key>[-:\w]+)/$      | all 404
GET    ^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$| all 200
POST   ^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$| all 200
GET    account/confirm/                              | own on, member 200
GET    account/device/<str:token>/                   | all 404
GET    account/email/                                | member 200
GET    account/email/sent/                           | all 200
GET    account/inactive/                             | all 200
GET    account/password/                             | member 200
GET    account/password/reset/                       | all 200
POST   account/password/reset/                       | all on
GET    account/password/reset/done/                  | all 200
GET    account/password/reset/sent/                  | all 200
GET    account/password/set/                         | member on
GET    account/security/                             | member 200
GET    account/security/app/                         | member on
GET    account/security/app/remove/                  | own on, member 404
GET    account/security/code/                        | all on
POST   account/security/code/                        | all on
GET    account/security/codes/                       | member 404
GET    account/security/codes/download/              | member 404
GET    account/security/codes/new/                   | member on
GET    account/security/confirm/                     | own 200, member on
GET    account/security/passkeys/                    | member on
GET    account/security/passkeys/<int:pk>/           | member on
GET    account/security/passkeys/<int:pk>/remove/    | member on
GET    account/security/passkeys/confirm/            | member on
GET    account/security/passkeys/sign-in/            | all on
POST   account/security/passkeys/sign-in/            | all on
GET    address/                                      | member 200
GET    address/<int:pk>/                             | own 200, member 404
GET    address/<int:pk>/delete/                      | own 200, member 404
GET    address/create/                               | member 200
GET    login/                                        | stranger 200, member on
POST   login/                                        | stranger 200, member on
GET    logout/                                       | stranger on, member 200
POST   logout/                                       | all on
GET    signup/                                       | stranger 200, member on
POST   signup/                                       | all on

# The shop
GET                                                  | all 200
GET    about-us/                                     | all 200
GET    add_to_basket/                                | all 405
POST   add_to_basket/                                | all 400
GET    basket/                                       | all 200
POST   basket/                                       | all on
GET    contact-us/                                   | all 200
POST   contact-us/                                   | all 200
GET    healthz/                                      | all 200
GET    healthz/alive/                                | all 200
GET    media/<path:path>                             | all 404
GET    product/<slug:slug>/                          | all 200
GET    products/<slug:tag>/                          | all 200
GET    robots.txt                                    | all 200
GET    search/                                       | all 200
GET    sitemap-<section>.xml                         | all 200
POST   sitemap-<section>.xml                         | all 200
GET    sitemap.xml                                   | all 200
POST   sitemap.xml                                   | all 200
"""


@dataclass(frozen=True)
class Row:
    method: str
    route: str
    outcomes: dict[str, str]  # by kind
    words: frozenset[str] = frozenset()  # whom it names


def rows() -> Iterator[Row]:
    for line in (*pages_of_models(), *OTHER_PAGES.splitlines(), *PAGES.splitlines()):
        if line and not line.startswith("#"):
            address, _, wants = line.rpartition("|")
            method, _, route = address.strip().partition(" ")
            yield _row(method, route.strip(), wants)


def as_right(codename: str) -> str:
    """A permission of Django's as the roles write it: change_order is order.change."""
    verb, _, noun = codename.partition("_")
    return f"{noun}.{verb}"


def has_right(kind: str, right: str) -> bool:
    return kind == "owner" or right in RIGHTS.get(kind, ())


def _row(method: str, route: str, wants: str) -> Row:
    answers = dict(each.split() for each in wants.split(",") if each.strip())
    kinds = SOME if "all" in answers else KINDS
    outcomes = {kind: _outcome(kind, route, answers) for kind in kinds}
    return Row(method, route, outcomes, frozenset(answers))


def _outcome(kind: str, route: str, answers: dict[str, str]) -> str:
    for who, answer in answers.items():
        if _fits(kind, who, route):
            return answer
    if kind not in STRANGERS:
        return "403"
    return "401" if route.startswith(API) else "in"


def _fits(kind: str, who: str, route: str) -> bool:
    match who:
        case "all":
            return True
        case "stranger":
            return kind in STRANGERS
        case "member":
            return kind not in STRANGERS
        case "own":
            return kind == "buyer"
    return has_right(kind, who) and has_right(kind, site_of(route) or who)
