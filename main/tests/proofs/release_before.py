"""A thousand orders and the demo shop of release 0.1.0 look the same, to the word and the cent."""

import os

import psycopg

from main.tests import test_release_before
from main.tests.support.release_before.comparing import listed, unused
from main.tests.support.release_before.running import Before, Shop, make_before

NAME = "booktime_release_before"


class LargeShop(test_release_before.SmallShopTests):
    """In a database of its own, beside that of the tests."""

    shop = Shop(orders=1000, every=13, papers=40, early=11)

    @classmethod
    def make_shop(cls) -> tuple[Before, str]:
        url = os.environ["DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {NAME}")
        cls.addClassCleanup(drop_database, url)
        database = f"{url.rpartition('/')[0]}/{NAME}"
        return make_before(cls.shop, database=database), database

    def test_it_looks_the_same(self) -> None:
        super().test_it_looks_the_same()
        self.assertEqual(unused([self.before], [self.after[1]], listed()), [])


def drop_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
