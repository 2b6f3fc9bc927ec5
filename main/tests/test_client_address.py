"""Who counts as one client: an IPv4 address, or an IPv6 network, in whatever form it comes."""

from unittest import mock

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.test import RequestFactory, SimpleTestCase, TestCase, tag

from main.conversation_access import GUEST_ORDERS, person_of
from main.models import Participant, Role
from main.tests.support.factories import OrderFactory


def counted(address: str) -> str:
    return get_ip(RequestFactory().get("/", REMOTE_ADDR=address))


@tag("once")
class ClientAddressTests(SimpleTestCase):
    def test_an_ipv4_address_inside_an_ipv6_one_is_a_client_of_its_own(self) -> None:
        for address, client in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::FFFF:c000:0202", "192.0.2.2"),
            ("64:ff9b::192.0.2.3", "192.0.2.3"),
            ("[::ffff:192.0.2.4]:443", "192.0.2.4"),
        ]:
            self.assertEqual(counted(address), client)

    def test_an_ipv6_network_is_one_client(self) -> None:
        self.assertEqual(counted("2001:db8:1:2:3::4"), "2001:db8:1:2::")
        self.assertEqual(counted("2001:db8:1:2:ffff::1"), "2001:db8:1:2::")
        self.assertEqual(counted("fe80::1%eth0"), "fe80::")


@tag("once")
class GuestOfOneOrderTests(TestCase):
    """However many browsers open the link in the mail, the order's guest is one."""

    def setUp(self) -> None:
        cache.clear()

    def test_messages_are_counted_by_order(self) -> None:
        guest = Participant(role=Role.CUSTOMER, user_id=None, name="Ada")
        member = Participant(role=Role.CUSTOMER, user_id=5, name="Ada")
        self.assertEqual(person_of(guest, 1), person_of(guest, 1))
        self.assertNotEqual(person_of(guest, 1), person_of(guest, 2))
        self.assertEqual(person_of(member, 1), person_of(member, 2))

    def ask(self, order_id: int) -> int:
        """In a browser of its own."""
        self.client.cookies.clear()
        session = self.client.session
        session[GUEST_ORDERS] = [order_id]
        session.save()
        return self.client.get(f"/mobile-api/orders/{order_id}/messages/").status_code

    def test_requests_are_counted_by_order(self) -> None:
        order, other = (OrderFactory(guest=True).pk for _ in range(2))
        rates = {"guest": "3/min"}
        with mock.patch("main.api.throttles.GuestThrottle.THROTTLE_RATES", rates):
            said = [self.ask(order) for _ in range(4)]
            self.assertEqual((said, self.ask(other)), ([200, 200, 200, 429], 200))
