"""Brings e-mail addresses that release 0.2.0 stored into their normal form, while the shop is open.

The rows show what is left, so it can be interrupted and repeated: that release writes on until it
is stopped.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q, QuerySet

from main.models import Order, User
from main.models.email_addresses import normal_email
from main.models.history import update_many, update_one

AT_ONCE = 100  # rows that one transaction locks
IN_NORMAL_FORM = "E-mail address in its normal form"
_NEVER = datetime.min.replace(tzinfo=UTC)
SET_ASIDE = "Account {} has the same e-mail address"
# Capitals, and what is not ASCII. A superset: some of it has no other form.
_ODD = r"[^!-@\[-~]"


@dataclass(slots=True)
class Normalised:
    orders: int = 0
    accounts: int = 0
    set_aside: int = 0  # accounts closed because another has the same address


def normalise_addresses(*, seconds: float | None = None) -> Normalised:
    """Take rows over in batches, for at most `seconds`."""
    done, until = Normalised(), time.monotonic() + (seconds or float("inf"))
    _in_batches(Order.objects.all(), lambda keys: _take_orders(keys, done), until=until)
    _in_batches(User.objects.all(), lambda keys: _take_accounts(keys, done), until=until)
    _in_batches(EmailAddress.objects.filter(verified=False), _forget_pending, until=until)
    return done


def _in_batches(rows: QuerySet[Any], take: Callable[[list[int]], None], *, until: float) -> None:
    odd, after = rows.filter(email__regex=_ODD).order_by("pk"), 0
    while keys := list(odd.filter(pk__gt=after).values_list("pk", flat=True)[:AT_ONCE]):
        take(keys)
        after = keys[-1]
        if time.monotonic() > until:
            return


@transaction.atomic
def _take_orders(keys: Iterable[int], done: Normalised) -> None:
    """Those that somebody holds wait for the next time."""
    orders = [each for each in Order.objects.free().filter(pk__in=keys) if _is_odd(each.email)]
    for order in orders:
        order.email = normal_email(order.email)
    update_many(orders, fields=["email"], reason=IN_NORMAL_FORM)
    done.orders += len(orders)


def _take_accounts(keys: Iterable[int], done: Normalised) -> None:
    for key in keys:
        with transaction.atomic():
            _take_account(key, done)


def _take_account(key: int, done: Normalised) -> None:
    """If two accounts turn out to have one address, one keeps it, and the other is closed.

    It stays with the account that proved it, staff's before a customer's, or else the one that was
    used last. Whoever reads that mailbox can sign in there; an owner finds both in the admin.
    """
    spelled = User.objects.filter(pk=key).values_list("email", flat=True).first()
    if spelled is None or not _is_odd(spelled):
        return  # deleted, or set aside, since the keys were read
    address = normal_email(spelled)
    same = User.objects.filter(Q(pk=key) | Q(email=address))
    keeper, *others = sorted(same.select_for_update().order_by("pk"), key=_claim, reverse=True)
    for other in others:
        _set_aside(other, keeper=keeper)
        done.set_aside += 1
    _give(keeper, address)
    done.accounts += 1


def _claim(user: User) -> tuple[bool, bool, datetime]:
    return bool(_proofs(user)), user.is_staff, user.last_login or _NEVER


def _proofs(user: User) -> list[EmailAddress]:
    """The rows by which they proved the mailbox that the address means now."""
    rows = EmailAddress.objects.filter(user=user, verified=True)
    return [row for row in rows if _reached(row.email) == normal_email(row.email)]


def _reached(address: str) -> str:
    """Where 0.2.0's mails went: by the standard of 2003, "straße" was "strasse"."""
    mailbox, at, domain = address.rpartition("@")
    try:
        return f"{mailbox}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return ""


def _set_aside(user: User, *, keeper: User) -> None:
    user.email, user.is_active = f"account-{user.pk}@set-aside.invalid", False
    EmailAddress.objects.filter(user=user).delete()
    update_one(user, fields=["email", "is_active"], reason=SET_ASIDE.format(keeper.pk))


def _give(user: User, address: str) -> None:
    proved = bool(_proofs(user))
    EmailAddress.objects.filter(user=user).delete()
    user.email = address
    update_one(user, fields=["email"], reason=IN_NORMAL_FORM)
    if proved:
        EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)


def _forget_pending(keys: Iterable[int]) -> None:
    """Addresses not proved yet: their owners ask again."""
    for row in EmailAddress.objects.filter(pk__in=list(keys), verified=False):
        if _is_odd(row.email):
            row.delete()


def _is_odd(address: str) -> bool:
    return normal_email(address) != address
