"""The sums of a thousand electronic invoices, bought by chance at up to four rates of VAT."""

from main.tests import test_einvoice


class ThousandInvoices(test_einvoice.ArithmeticTests):
    orders = 1_000
