"""What browsers are told to refuse, HTTPS, and what the cookies are called."""

from typing import Any

from csp.constants import NONCE, NONE, SELF

from booktime.settings.files import MEDIA_ORIGIN
from booktime.settings.site import GA_TRACKER_ID, HEALTH_PATH, SECURE

# Styles are files of ours. Scripts run by the nonce of their page alone; what differs where the
# templates are not ours, and the sockets' address, is in booktime/server/headers.py.
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        # Covers may stand on another host; signs in style sheets and QR codes are data.
        "img-src": [SELF, "data:", *filter(None, [MEDIA_ORIGIN])],
        "manifest-src": [NONE],
        "object-src": [NONE],
        "script-src": [NONCE],
        "style-src": [SELF],
        "upgrade-insecure-requests": SECURE,
        "worker-src": [NONE],
    }
}
if GA_TRACKER_ID:
    _directives = CONTENT_SECURITY_POLICY["DIRECTIVES"]
    for _name in ("connect-src", "img-src"):
        _directives[_name] += [
            "https://*.google-analytics.com",
            "https://*.analytics.google.com",
            "https://*.googletagmanager.com",
        ]
# Passkeys are ours to ask for; the rest no page of the shop has a use for, nor has any script.
_NOT_ASKED_FOR = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer",
    "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
_PASSKEYS = ("publickey-credentials-create=(self)", "publickey-credentials-get=(self)")
# On every answer, beside those that have a setting of Django's.
STANDING_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join([*(f"{name}=()" for name in _NOT_ASKED_FOR), *_PASSKEYS]),
}
# No other site shows our files, so none is invited to.
WHITENOISE_ALLOW_ALL_ORIGINS = False
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The conversation reads the token in the CSRF cookie (frontend/lib/tokens.js); no script needs the
# others. With the prefix a browser takes such a cookie from this very host only, by HTTPS.
_PREFIX = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME = f"{_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{_PREFIX}csrftoken"
MESSAGES_COOKIE_NAME = f"{_PREFIX}messages"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE

if SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # Who checks our health asks the process itself, by plain HTTP.
    SECURE_REDIRECT_EXEMPT = [f"^{HEALTH_PATH}(alive/)?$"]
    # From here alone: a proxy that sends its own as well would make two of them.
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
