"""The words and examples in the description of the API."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from main.api.errors import PROBLEMS
from main.models import Order, OrderLine

_PROBLEM_TABLE = "\n".join(
    f"| `{problem.type}` | {int(problem.status_code)} | {problem.title} |" for problem in PROBLEMS
)
ABOUT = f"""
The parts of BookTime that programs talk to: **dispatch** reads paid orders and sets the status of
their lines; **customers** sign in on a phone and see their own orders; both sides of a
**conversation** about an order read and write it. What is live about it (WebSocket, Server-Sent
Events) is in `docs/conversation.md` of the source.

## Signing in

`POST /mobile-api/auth/` gives a token for e-mail address and password (and the code of a second
factor). Send it as `Authorization: Token ...`. Pages of the site use their session instead; to
write, they send the CSRF token as `X-CSRFToken`. Staff whose sites ask for a second factor need
one here too.

## Reading

Answers are JSON in UTF-8, and are not cached. Lists have pages: follow `next` until it is null.
An invalid filter is an error, and so is an unknown one. Times are in
ISO 8601, prices in the shop's currency.

## Errors

Every error is a problem of RFC 9457 (`application/problem+json`): decide by `status` and `type`,
show `detail`. A refused request has changed nothing.

| type | status | meaning |
|---|---|---|
{_PROBLEM_TABLE}

## Limits

60 requests a minute from an address without signing in (120 about conversations), 600 signed in;
after that, 429 with `Retry-After` in seconds. Refused requests count. Signing in and reading this
description are counted separately, and signing in has the site's own limits as well. A body has
at most 64 KiB and must state its length.
""".strip()

# What each error in the description means, and what it looks like.
WHEN = {
    HTTPStatus.BAD_REQUEST: "The request is invalid or cannot be read.",
    HTTPStatus.UNAUTHORIZED: "Not signed in, or the credentials are invalid.",
    HTTPStatus.FORBIDDEN: "Signed in, but without the right to do this.",
    HTTPStatus.NOT_FOUND: "This does not exist, or you may not see it.",
    HTTPStatus.NOT_ACCEPTABLE: "The `Accept` header does not allow JSON.",
    HTTPStatus.CONFLICT: "The status cannot change that way, or the key is taken.",
    HTTPStatus.LENGTH_REQUIRED: "The body was chunked, without a length.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body’s format is not supported.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests.",
}

STATES: dict[str, Mapping[Any, str]] = {
    "OrderStatus": {
        Order.Status.PAID: "there is something to send",
        Order.Status.DONE: "every line is sent or cancelled",
    },
    "OrderLineStatus": {
        OrderLine.Status.NEW: "nobody has started on it",
        OrderLine.Status.PROCESSING: "it is being packed",
        OrderLine.Status.SENT: "it has left; the customer is notified",
        OrderLine.Status.CANCELLED: "it will not be sent, or it came back; this is final",
    },
}
_LINE = {
    "id": 4711,
    "order": 384029175526,
    "isbn": "9780141439587",
    "name": "Emma",
    "quantity": 2,
    "status": 20,
    "next_statuses": [10, 30, 40],
}
_MESSAGE = {
    "seq": 7,
    "id": 90210,
    "cid": "6f1f6f0e-5c3c-4a55-9f0b-0c9b9a4d7b11",
    "kind": "text",
    "fact": None,
    "who": "customer",
    "author": "Ada Reader",
    "role": "customer",
    "text": "When will it be sent?",
    "at": "2026-11-03T09:15:42.120Z",
}
EXAMPLES = {
    "ChatTicket": {"ticket": "Zk3vJ0cS4pX8m2Qw1Lr7Tn6Yb5Ha9Ue0Df3Gi8Ko2Vs", "expires_in": 60},
    "NewMessageRequest": {"text": "When will it be sent?"},
    "Posted": _MESSAGE | {"dup": False},
    "ReadRequest": {"upto": 7},
    "Stretch": {
        "head": 7,
        "items": [_MESSAGE],
        "more": True,
        "reads": {"customer": 7, "staff-12": 5},
        "me": {"who": "customer", "name": "Ada Reader", "role": "customer"},
    },
    "CredentialsRequest": {"username": "ada@booktime.example", "password": "seven-quiet-lamps"},
    "Token": {"token": "5c" * 32},
    "OrderLine": _LINE,
    "OrderLineStatusRequest": {"status": 30},
    "Order": {
        "id": 384029175526,
        "number": "3840-2917-5526",
        "status": 20,
        "placed_at": "2026-11-03T09:15:42.120045Z",
        "shipping_name": "Ada Reader",
        "shipping_address1": "12 Gower Street",
        "shipping_address2": "",
        "shipping_city": "London",
        "shipping_zip_code": "WC1E 6BT",
        "shipping_country": "GB",
        "shipping_country_name": "United Kingdom",
        "lines": [_LINE],
    },
    "MyOrder": {
        "id": 384029175526,
        "image": "https://shop.example/media/product-images/emma/400w.webp",
        "summary": "2 × Emma, 1 × Dracula",
        "price": "25.47",
    },
}
