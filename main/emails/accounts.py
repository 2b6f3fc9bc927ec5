"""The e-mail that carries allauth's texts about an account."""

from django.conf import settings

from main.emails.letters import Letter, mail


@mail
def account_mail_written(*, email: str, subject: str, text: str) -> Letter:
    """One of allauth's texts (templates/account/email/), plain and as HTML."""
    context = {"subject": subject, "text": text, "site_url": settings.SITE_URL}
    return Letter(to=email, context=context)
