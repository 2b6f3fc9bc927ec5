"""Who is there is read at once, without a look at two hundred thousand other keys of Redis."""

from main.tests import test_presence


class TwoHundredThousandKeys(test_presence.ManyKeysTests):
    keys = 200_000
