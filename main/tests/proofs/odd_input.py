"""Every odd value for every field, method and body at every address: never a 5xx, no change."""

from django.test import tag

from main.tests import test_admin_odd_input, test_bad_input, test_bad_requests
from main.tests.support.odd_values import ODD_VALUES


@tag("sqlite")
class EveryValue(test_bad_input.BadInputTests):
    parts = 1
    tried = ODD_VALUES


@tag("sqlite")
class EveryRequest(test_bad_requests.BadRequestTests):
    parts = 1


class EveryAdminAddress(test_admin_odd_input.OddAddressTests):
    parts = 1


class EveryAdminForm(test_admin_odd_input.OddFormTests):
    parts = 1
