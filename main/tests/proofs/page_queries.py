"""Each page takes as few queries with a hundred thousand books as with ten."""

from django.test import tag

from main.tests import test_query_counts


@tag("sqlite")
class HundredThousandBooks(test_query_counts.QueryCountTests):
    many = 100_000
