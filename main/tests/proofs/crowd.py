"""Five hundred buyers at once for two books each of four, and not one mistake in the stock."""

import unittest

from main.tests import test_races
from main.tests.support.live_shop import lasting_shop


def setUpModule() -> None:
    Crowd.shop = unittest.enterModuleContext(
        lasting_shop(application="main.tests.support.racing_asgi")
    )


class Crowd(test_races.CrowdRaces):
    people = 500
