"""What "it looks the same" means, in the small case of bin/test and in the long proof alike."""

from django.test import SimpleTestCase

from main.tests.support.release_before.comparing import Recording, differences, listed

# What customers see: the backfill changes no word and no sum of it.
CUSTOMERS = {"sums", "order", "messages", "paper", "PDF", "talk", "orders", "phone"}


def assert_looks_the_same(
    case: SimpleTestCase, before: Recording, migrated: Recording, backfilled: Recording
) -> None:
    """`migrated` may be a part of all pages: what was looked at before the backfill."""
    case.maxDiff = None
    early = {name: words for name, words in before.items() if name in migrated}
    customers = {name for name in migrated if name.rpartition(": ")[2] in CUSTOMERS}
    case.assertGreater(len(customers), 20)
    case.assertEqual(differences(early, migrated, listed()), [])
    case.assertEqual(differences(before, backfilled, listed()), [])
    case.assertEqual(
        differences(
            {name: migrated[name] for name in customers},
            {name: backfilled[name] for name in customers},
        ),
        [],
    )
