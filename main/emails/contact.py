"""The e-mail by which a visitor's message reaches customer service."""

from django.conf import settings

from main.emails.letters import Letter, mail


@mail
def contact_requested(*, name: str, email: str, message: str) -> Letter:
    """Pass the message on to customer service, who can simply answer it."""
    return Letter(
        to=settings.CUSTOMER_SERVICE_EMAIL,
        reply_to=email,
        context={
            "prefix": settings.EMAIL_SUBJECT_PREFIX,
            "name": name,
            "email": email,
            "message": message,
        },
        plain=True,
    )
