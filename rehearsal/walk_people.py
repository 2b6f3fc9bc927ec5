"""The people of the walk: staff with a second factor, created on the host, and their sign-in."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from http import HTTPStatus

from rehearsal.host import Host
from rehearsal.walk_browser import Browser, Page, expect

PASSWORD = "a lantern, 4 clocks & a ladder"  # noqa: S105 (of a shop that lasts for minutes)
MARK = "FOUND "
# Runs on the host, in `manage.py shell`.
MAKE_STAFF = """
import json
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from main.models import User
from main.models.staff_roles import OFFICE
email, password = "oswin@walk.example", {password!r}
user = User(email=email, first_name="Oswin", last_name="Quillfeather", is_staff=True)
user.set_password(password)
user.save()
user.groups.add(Group.objects.get(name=OFFICE.group))
EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
secret = generate_totp_secret()
TOTP.activate(user, secret)
print("FOUND " + json.dumps(dict(id=user.pk, email=email, secret=secret)))
"""


@dataclass(frozen=True)
class Staff:
    id: int
    email: str
    secret: str


def on_host(host: Host, script: str) -> dict:
    """Run a script on the serving release; return what it printed after FOUND."""
    printed = host.manage("shell", "-c", script)
    lines = [line for line in printed.splitlines() if line.startswith(MARK)]
    expect(lines, f"the script found nothing: {printed[-300:]}")
    return json.loads(lines[-1].removeprefix(MARK))


def make_staff(host: Host) -> Staff:
    return Staff(**on_host(host, MAKE_STAFF.format(password=PASSWORD)))


def sign_in(browser: Browser, staff: Staff, path: str) -> Page:
    """Sign in with password and the app's code, as the page asks; ends on `path`."""
    answer = browser.get(path)
    address = str(answer.url)
    login = Page(answer.text).form("password")
    answer = browser.send(address, login, login=staff.email, password=PASSWORD)
    code = Page(answer.text).form("code")
    answer = browser.send(str(answer.url.path), code, code=code_of(staff.secret))
    expect(answer.status_code == HTTPStatus.OK, f"the code was answered {answer.status_code}")
    expect(answer.url.path == path, f"signing in led to {answer.url.path}, not to {path}")
    return Page(answer.text)


def code_of(secret: str) -> str:
    """The code that an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    moment = int(time.time() // 30).to_bytes(8, "big")
    digest = hmac.new(key, moment, hashlib.sha1).digest()
    begin = digest[-1] & 15
    number = int.from_bytes(digest[begin : begin + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
