"""A thousand payments by eight clerks at once are numbered from 1 to 1000."""

from main.tests import test_invoice_races


class ThousandPayments(test_invoice_races.NumberRaces):
    payments = 1_000
