"""Who is there is read in two milliseconds among two hundred thousand other keys of Redis."""

from main.tests import test_presence


class TwoHundredThousandKeys(test_presence.ManyKeysTests):
    keys = 200_000
