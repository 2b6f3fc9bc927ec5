"""Codes of authenticator apps: each opens once."""

import time

from allauth.mfa.models import Authenticator
from django.db import transaction

# Seconds. A code is valid for 90 (MFA_TOTP_TOLERANCE); allauth forgets used ones after 30.
CODE_LIFE = 120
_USED = "used"


@transaction.atomic
def use_code(*, user_id: int, code: str) -> bool:
    """Mark the code as used. False if it was used before, or the user has no app any more.

    Stored with the app and not in the cache, which may lose it while the code is still valid.
    """
    apps = Authenticator.objects.filter(user=user_id, type=Authenticator.Type.TOTP)
    app = apps.select_for_update(no_key=True).first()
    if app is None:
        return False
    digits, now = "".join(filter(str.isdigit, code)), int(time.time())
    used = {old: at for old, at in app.data.get(_USED, {}).items() if at > now - CODE_LIFE}
    if digits in used:
        return False
    app.data[_USED] = used | {digits: now}
    app.save(update_fields=["data"])
    return True
