"""Bank transfer: the customer sends the money, and staff record its arrival."""

from django.conf import settings


class BankTransfer:
    code = "transfer"
    label = "Bank transfer"
    goes_back = "to the account it came from"
    is_offered = True

    def details(self, order_number: str) -> dict[str, str]:
        """beneficiary, iban, bic; reference: what to write on the transfer."""
        return settings.TRANSFER | {"reference": order_number}
