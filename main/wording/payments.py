"""The state of an order's money, in words."""

from main.models import Balance, Order, Payment
from main.wording.money import money


def balance_words(balance: Balance, currency: str) -> str:
    """“£15.49 due, £5.00 paid”; “£4.51 overpaid”; “nothing due”."""
    if balance.overpaid:
        return f"{money(balance.overpaid, currency)} overpaid"
    if balance.is_part_paid:
        return f"{money(balance.due, currency)} due, {money(balance.paid, currency)} paid"
    return f"{money(balance.due, currency)} due" if balance.due else "nothing due"


def open_words(order: Order) -> str:
    """The open balance, from the order's OpenBalance; empty if there is none."""
    noted = getattr(order, "open_balance", None)
    if noted is None:
        return ""
    amount = money(noted.amount, order.currency)
    return f"{amount} overpaid" if noted.is_overpaid else f"part paid, {amount} due"


def not_arrived(payment: Payment) -> str:
    """Why an order's history has a record when one of its payments was dropped."""
    return f"{money(payment.amount, payment.currency)} did not arrive"
