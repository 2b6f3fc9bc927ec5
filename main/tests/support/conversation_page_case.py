"""What the tests of the conversation on a customer's pages share."""

import json
import re
from uuid import UUID, uuid4

from django.core.cache import cache
from django.http import HttpResponse
from django.test import tag

from main.models import Message, Order
from main.tests.support.conversation_case import ConversationTestCase
from main.views.visitor import GUEST_ORDERS


@tag("door")
class ConversationPageTestCase(ConversationTestCase):
    def setUp(self) -> None:
        super().setUp()
        cache.clear()
        self.client.force_login(self.ada)
        self.order_path = f"/orders/{self.order.pk}/"
        self.path = f"{self.order_path}conversation/"

    def be_guest_of(self, *orders: Order) -> None:
        self.client.logout()
        session = self.client.session
        session[GUEST_ORDERS] = [order.pk for order in orders]
        session.save()

    def page(self, path: str = "", **how) -> str:
        response = self.client.get(path or self.path, **how)
        self.assertEqual(response.status_code, 200)
        return response.content.decode()

    def props(self, path: str = "") -> dict:
        found = re.search(r'id="conversation-props"[^>]*>(.*?)</script>', self.page(path))
        return json.loads(found[1])

    def send(self, text: str, *, cid: UUID | str | None = None, path: str = "") -> HttpResponse:
        fields = {"text": text, "cid": str(cid or uuid4())}
        return self.client.post(path or self.path, fields)

    def assert_refused(self, response: HttpResponse, words: str, *, status: int) -> str:
        """The page says why, keeps what was typed, and nothing is stored; returns its cid."""
        self.assertEqual(response.status_code, status)
        self.assertContains(response, words, status_code=status)
        self.assertFalse(Message.objects.filter(text="Nothing of this").exists())
        return re.search(r'name="cid" value="([^"]*)"', response.content.decode())[1]
