"""What the tests of the conversation over plain HTTP share: who asks, and how."""

from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, tag

from main.models import Order
from main.tests.support.conversation_case import ConversationTestCase
from main.views.visitor import GUEST_ORDERS

JSON = "application/json"


@tag("door")
class ConversationApiTestCase(ConversationTestCase):
    def setUp(self) -> None:
        super().setUp()
        cache.clear()  # of other tests' requests
        self.client.force_login(self.ada)

    def path(self, what: str = "messages", order: Order | None = None) -> str:
        return f"/mobile-api/orders/{(order or self.order).pk}/{what}/"

    def get(self, *, status: int = 200, **query) -> dict:
        response = self.client.get(self.path(), query)
        self.assertEqual(response.status_code, status, response.content[:300])
        return response.json()

    def send(
        self, text: Any = "Hello", *, key: Any = "", order: Order | None = None, **how
    ) -> HttpResponse:
        headers = {"Idempotency-Key": str(key or uuid4())} if key is not None else {}
        headers |= how.pop("headers", {})
        client = how.pop("client", self.client)
        sent = {"text": text}
        return client.post(self.path(order=order), sent, content_type=JSON, headers=headers)

    def be_guest_of(self, order: Order, client: Client | None = None) -> None:
        client = client or self.client
        client.logout()
        session = client.session
        session[GUEST_ORDERS] = [order.pk]
        session.save()
