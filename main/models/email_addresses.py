"""E-mail addresses: the one form in which they are stored and compared.

Two spellings that reach the same mailbox have one form, and no two mailboxes share one. So equal
addresses are found by `=`: a database's own folding (UPPER, LOWER, collations) takes more letters
for the same than mail does, such as the dotless i of Turkish for an i.
"""

import re
import string
from typing import Any

import idna
from django import forms
from django.core.validators import EmailValidator
from django.db import models

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_LONGEST_DOMAIN = 253  # of DNS; so that nothing longer is worked on
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"


def normal_email(text: str) -> str:
    """The address with its domain as mail servers ask for it (A-labels), all in lower case.

    Before the @ only A to Z are lower-cased; other letters there reach nobody and are refused by
    `check_email`. What has no such form, or is no address at all, keeps its other characters.
    """
    mailbox, at, domain = text.rpartition("@")
    return f"{mailbox.translate(_LOWER)}{at}{_a_labels(domain) if at else domain.translate(_LOWER)}"


def _a_labels(domain: str) -> str:
    lower = domain.translate(_LOWER)
    is_plain = lower.isascii() and "xn--" not in lower
    if is_plain or len(lower) > _LONGEST_DOMAIN:
        return lower
    try:
        # By the standards of today (UTS 46, IDNA 2008): "straße" is another domain than "strasse".
        return idna.encode(domain, uts46=True).decode()
    except UnicodeError:
        return lower


class _EmailCheck(EmailValidator):
    """Of the normal form: plain letters before the @, without quotation marks; a domain's name.

    Django's own takes quoted control characters, letters that fold into plain ones, and bare IPs.
    """

    user_regex = re.compile(rf"{_ATOM}(?:\.{_ATOM})*\Z", re.ASCII)
    domain_regex = re.compile(
        r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}(?<!-)\Z", re.ASCII
    )

    def validate_domain_part(self, domain_part: str) -> bool:
        return bool(self.domain_regex.match(domain_part))


check_email = _EmailCheck()


class EmailAddressFormField(forms.EmailField):
    """What is typed, in its normal form."""

    default_validators = [check_email]

    def to_python(self, value: Any) -> str:
        return normal_email(super().to_python(value) or "")


class EmailAddressField(models.EmailField):  # type: ignore[type-arg]
    """Stores the normal form, and compares with it by `exact` and `in`."""

    default_validators = [check_email]

    def deconstruct(self) -> Any:
        """As Django's: the column is the same, so migrations, which hold tables, need not know."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text if text is None else normal_email(text)

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return normal_email(text) if isinstance(text, str) else text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": EmailAddressFormField} | kwargs)
