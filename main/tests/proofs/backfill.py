"""Three backfills at once, and one beside customers at work, over sixty orders."""

from main.tests import test_backfill_batches


class ManyOrders(test_backfill_batches.RaceTests):
    orders = 60
