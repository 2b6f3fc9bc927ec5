"""Staff find people, orders, subjects and replies however a name and the search are written."""

from django.db import connection
from django.db.models import Model
from django.test import TestCase, tag

from main.actions.folding import fold_texts
from main.models import Address, CannedReply, Order, ProductTag, User
from main.tests.support.admin_case import AdminTestCase
from main.tests.support.factories import (
    AddressFactory,
    OrderFactory,
    OwnerFactory,
    ProductFactory,
    ProductTagFactory,
    UserFactory,
)
from main.tests.support.needs import ON_POSTGRESQL

# Names, and how staff type them.
NAMES = {
    "Zoë Müller": ["muller", "zoe muller", "ZOE  MÜLL", "zoe\u200bmuller", "Müller, Zoë"],
    "Séan O’Brien-Walsh": ["o'brien", "OBrien", "obrien walsh", "brien-w", "sean o’b"],
    "Stanisław Żak": ["stanislaw zak", "zak"],
    "Øyvind Ås": ["oyvind", "oyvind as"],
    "J. R. R. Strauß": ["jrr strauss", "J.R.R. Strauß", "j r r", "Strauss, J. R. R."],
    "村上 春樹": ["春樹", "村上春樹", "春樹 村上"],
    "Ёлкин Йод": ["елкин", "ЁЛКИН"],
}


class OrderSearchTests(TestCase):
    def test_an_order_by_the_names_on_it(self) -> None:
        orders = {name: OrderFactory(billing_name=name, shipping_name="X") for name in NAMES}
        for name, terms in NAMES.items():
            for term in terms:
                with self.subTest(term):
                    self.assertEqual([*Order.objects.matching(term)], [orders[name]])
                    self.assertEqual([*Order.objects.matching_parcel(term)], [])

    def test_a_parcel_by_the_name_on_it_alone(self) -> None:
        order = OrderFactory(billing_name="Rich Uncle", shipping_name="Zoë Müller")
        self.assertEqual([*Order.objects.matching_parcel("zoe mull")], [order])
        for term in ("uncle", order.email, order.folded[:8], order.folded[2:6]):
            self.assertEqual([*Order.objects.matching_parcel(term)], [], term)

    def test_a_name_that_is_corrected_is_found_at_once(self) -> None:
        order = OrderFactory(shipping_name="Zoë Müller")
        order.shipping_name = "Øyvind Ås"
        order.save(update_fields=["shipping_name"])
        self.assertEqual([*Order.objects.matching_parcel("oyvind as")], [order])
        self.assertEqual([*Order.objects.matching_parcel("muller")], [])

    def test_what_the_release_before_wrote_is_found_as_it_did_and_then_by_the_folding(self) -> None:
        order = OrderFactory(shipping_name="Zoë Müller")
        Order.objects.update(folded=None)
        self.assertEqual([*Order.objects.matching("Müll")], [order])
        self.assertEqual([*Order.objects.matching("muller")], [])
        self.assertGreaterEqual(fold_texts(), 1)
        self.assertEqual([*Order.objects.matching("muller")], [order])

    @ON_POSTGRESQL
    def test_postgresql_empties_what_a_change_made_stale_and_nothing_else(self) -> None:
        order = OrderFactory(shipping_name="Zoë Müller")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE main_order SET shipping_city = 'X', billing_name = billing_name")
            order.refresh_from_db()
            self.assertIsNotNone(order.folded)
            cursor.execute("UPDATE main_order SET shipping_name = 'Zoe Muller'")
        order.refresh_from_db()
        self.assertIsNone(order.folded)

    def test_what_is_folded_costs_one_query_a_batch_and_then_one_a_table(self) -> None:
        OrderFactory.create_batch(3)
        fold_texts()
        with self.assertNumQueries(6 * 3):  # each with its savepoint
            self.assertEqual(fold_texts(), 0)


@tag("door")
class ListSearchTests(AdminTestCase):
    works_as = OwnerFactory

    def found(self, model: type[Model], term: str) -> list:
        path = f"/admin/main/{model._meta.model_name}/"
        response = self.client.get(path, {"q": term})
        self.assertEqual(response.status_code, 200)
        return list(response.context["cl"].result_list)

    def test_people_and_addresses_by_their_names(self) -> None:
        rows = {}
        for name in NAMES:
            first, _, last = name.rpartition(" ")
            user = UserFactory(first_name=first, last_name=last)
            rows[name] = (user, AddressFactory(name=name, user=user))
        for name, terms in NAMES.items():
            for term in terms:
                with self.subTest(term):
                    user, address = rows[name]
                    self.assertEqual(self.found(User, term), [user])
                    self.assertEqual(self.found(Address, term), [address])
        self.assertEqual(
            self.found(User, f"muller {rows['Zoë Müller'][0].email}")[0].last_name, "Müller"
        )

    def test_subjects_and_replies_by_their_names(self) -> None:
        novels = ProductTagFactory(name="Œuvres – Science-Fiction")
        ProductTagFactory(name="Poems")
        for term in ("oeuvres", "science fiction", "sciencefiction", "ŒUVRES Science"):
            self.assertEqual(self.found(ProductTag, term), [novels], term)
        reply = CannedReply.objects.create(name="Grüße", text="Mit freundlichen Grüßen")
        for term in ("grusse", "GRÜSSE freundlichen"):
            self.assertEqual(self.found(CannedReply, term), [reply], term)

    def test_the_books_of_a_subject_however_it_is_typed(self) -> None:
        book = ProductFactory(tags=[ProductTagFactory(name="Science-Fiction")])
        for typed in ("science fiction", "Science-Fiction", "SCIENCEFICTION"):
            page = self.client.get("/admin/main/product/", {"subject": typed})
            self.assertEqual([*page.context["cl"].result_list], [book], typed)
        page = self.client.get("/admin/main/product/", {"subject": "science"})
        self.assertEqual([*page.context["cl"].result_list], [])
