"""A thousand orders and the demo shop of release 0.1.0 look the same, to the word and the cent."""

import os

import psycopg
from django.test import SimpleTestCase

from main.tests.support.release_before.comparing import listed, unused
from main.tests.support.release_before.looks import assert_looks_the_same
from main.tests.support.release_before.running import Shop, make_before, take_over

LARGE = Shop(orders=1000, every=13, papers=40, early=11)
NAME = "booktime_release_before"


class LargeShop(SimpleTestCase):
    def test_it_looks_the_same(self) -> None:
        database = self.new_database()
        before = make_before(LARGE, database=database)
        migrated, backfilled = take_over(LARGE, before, database=database)
        self.assertGreater(len(before.pages), 5000)
        assert_looks_the_same(self, before.pages, migrated, backfilled)
        self.assertEqual(unused([before.pages], [backfilled], listed()), [])

    def new_database(self) -> str:
        url = os.environ["DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {NAME}")
        self.addCleanup(self.drop_database, url)
        return f"{url.rpartition('/')[0]}/{NAME}"

    def drop_database(self, url: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
