"""What the pages of the three admin sites want: a part of the table in permissions.py."""

from collections.abc import Iterator

# The right of whoever comes in: beside it, a page may want another.
SITES = {"admin/": "site.owner", "office-admin/": "site.office", "dispatch-admin/": "site.dispatch"}
# A model's pages there: what of them there is. `view` is its list and the page of each row.
MODELS = """
admin/account/emailaddress          | view history
admin/auth/group                    | view history
admin/knox/authtoken                | view history delete
admin/main/address                  | view history add delete
admin/main/basket                   | view history
admin/main/cannedreply              | view history add delete
admin/main/conversation             | view history
admin/main/invoice                  | view history
admin/main/order                    | view history
admin/main/product                  | view history add delete
admin/main/producttag               | view history add delete
admin/main/user                     | view history add delete
admin/mfa/authenticator             | view history delete

office-admin/main/address           | view history add delete
office-admin/main/cannedreply       | view history add delete
office-admin/main/conversation      | view history
office-admin/main/invoice           | view history
office-admin/main/order             | view history
office-admin/main/product           | view history add delete
office-admin/main/producttag        | view history add delete

dispatch-admin/main/order           | view
dispatch-admin/main/product         | view
"""
PAGES_OF_A_MODEL = [  # the word above, the page, and what whoever has the right gets
    ("view", "", "view 200"),
    ("view", "<path:object_id>/change/", "view 200"),
    ("history", "<path:object_id>/history/", "view 200"),
    ("add", "add/", "add 200"),
    ("delete", "<path:object_id>/delete/", "delete 200"),
]
OTHER_PAGES = """
# The owners' site
GET    admin/                                        | site.owner 200
GET    admin/<app_label>/                            | site.owner 200
GET    admin/<url>                                   | site.owner 404
GET    admin/autocomplete/                           | producttag.view 200
GET    admin/invoice/<int:order_id>/                 | invoice.view 200
GET    admin/jobs/                                   | site.owner 200
GET    admin/jsi18n/                                 | site.owner 200
GET    admin/login/                                  | all on
POST   admin/login/                                  | all on
GET    admin/logout/                                 | site.owner on
GET    admin/low_stock/                              | report.view 200
GET    admin/main/order/<path:object_id>/charges/| order.settle on
POST   admin/main/order/<path:object_id>/charges/| order.settle 200
GET    admin/main/order/<path:object_id>/ledger/| order.settle on
POST   admin/main/order/<path:object_id>/ledger/| order.settle on
GET    admin/main/order/<path:object_id>/lines/      | orderline.change on
POST   admin/main/order/<path:object_id>/lines/      | orderline.change on
GET    admin/main/order/<path:object_id>/status/     | order.settle on
POST   admin/main/order/<path:object_id>/status/     | order.settle on
GET    admin/main/user/<id>/password/                | user.change 200
GET    admin/most_bought_products/                   | report.view 200
GET    admin/orders_per_day/                         | report.view 200
GET    admin/password_change/                        | site.owner on
GET    admin/password_change/done/                   | site.owner on
GET    admin/r/<path:content_type_id>/<path:object_id>/| site.owner on
GET    admin/turnover/                               | report.view 200

# The central office's site
GET    office-admin/                                 | site.office 200
GET    office-admin/<app_label>/                     | site.office 200
GET    office-admin/<url>                            | site.office 404
GET    office-admin/autocomplete/                    | producttag.view 200
GET    office-admin/invoice/<int:order_id>/          | invoice.view 200
GET    office-admin/jsi18n/                          | site.office 200
GET    office-admin/login/                           | all on
POST   office-admin/login/                           | all on
GET    office-admin/logout/                          | site.office on
GET    office-admin/low_stock/                       | report.view 200
GET    office-admin/main/order/<path:object_id>/charges/| order.settle on
POST   office-admin/main/order/<path:object_id>/charges/| order.settle 200
GET    office-admin/main/order/<path:object_id>/ledger/| order.settle on
POST   office-admin/main/order/<path:object_id>/ledger/| order.settle on
GET    office-admin/main/order/<path:object_id>/lines/| orderline.change on
POST   office-admin/main/order/<path:object_id>/lines/| orderline.change on
GET    office-admin/main/order/<path:object_id>/status/| order.settle on
POST   office-admin/main/order/<path:object_id>/status/| order.settle on
GET    office-admin/most_bought_products/            | report.view 200
GET    office-admin/orders_per_day/                  | report.view 200
GET    office-admin/password_change/                 | site.office on
GET    office-admin/password_change/done/            | site.office on
GET    office-admin/r/<path:content_type_id>/<path:object_id>/| site.office on
GET    office-admin/turnover/                        | report.view 200

# Dispatch's site: nothing is completed there
GET    dispatch-admin/                               | site.dispatch 200
GET    dispatch-admin/<app_label>/                   | site.dispatch 200
GET    dispatch-admin/<url>                          | site.dispatch 404
GET    dispatch-admin/autocomplete/                  |
GET    dispatch-admin/jsi18n/                        | site.dispatch 200
GET    dispatch-admin/login/                         | all on
POST   dispatch-admin/login/                         | all on
GET    dispatch-admin/logout/                        | site.dispatch on
GET    dispatch-admin/main/order/<path:object_id>/lines/| orderline.change on
POST   dispatch-admin/main/order/<path:object_id>/lines/| orderline.change on
GET    dispatch-admin/main/order/packing/            | order.view 200
GET    dispatch-admin/password_change/               | site.dispatch on
GET    dispatch-admin/password_change/done/          | site.dispatch on
GET    dispatch-admin/r/<path:content_type_id>/<path:object_id>/| site.dispatch on
"""


def site_of(route: str) -> str | None:
    """The right of whoever comes in by this address; None for what is in no admin site."""
    return next((right for prefix, right in SITES.items() if route.startswith(prefix)), None)


def pages_of_models() -> Iterator[str]:
    """A line of the table for each page; what there is none of, nobody gets."""
    for line in filter(None, MODELS.splitlines()):
        route, _, words = line.partition("|")
        route, noun = route.strip(), route.strip().rpartition("/")[2]
        yield f"GET {route}/<path:object_id>/ | {site_of(route)} on"  # to its page, which asks
        for word, page, wants in PAGES_OF_A_MODEL:
            wanted = f"{noun}.{wants}" if word in words.split() else ""
            yield f"GET {route}/{page} | {wanted}"
