"""Security headers, HTTPS, and the names of cookies."""

from typing import Any

from csp.constants import NONCE, NONE, SELF

from booktime.settings.files import MEDIA_ORIGIN
from booktime.settings.site import GA_TRACKER_ID, HEALTH_PATH, SECURE

# Styles are our own files. Scripts need their page's nonce; booktime/server/headers.py has the
# exceptions for templates that are not ours, and the sockets' address.
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        # Covers may be on another host; icons in style sheets and QR codes are data: URLs.
        "img-src": [SELF, "data:", *filter(None, [MEDIA_ORIGIN])],
        "manifest-src": [NONE],
        "object-src": [NONE],
        "script-src": [NONCE],
        "style-src": [SELF],
        "upgrade-insecure-requests": SECURE,
        "worker-src": [NONE],
    }
}
# Every line of a basket (at most 1,000 titles) or an order (at most 2,000 lines, four fields each)
# can be sent by its page; Django's own limit is 1,000 fields. The body's size stays limited.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
# A book's page sends a part for each of its pictures, even if no new one was chosen.
DATA_UPLOAD_MAX_NUMBER_FILES = 1_000
if GA_TRACKER_ID:
    _directives = CONTENT_SECURITY_POLICY["DIRECTIVES"]
    for _name in ("connect-src", "img-src"):
        _directives[_name] += [
            "https://*.google-analytics.com",
            "https://*.analytics.google.com",
            "https://*.googletagmanager.com",
        ]
# Our pages use passkeys; no page or script of the shop needs any of these.
_NOT_ASKED_FOR = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer",
    "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
_PASSKEYS = ("publickey-credentials-create=(self)", "publickey-credentials-get=(self)")
# On every answer, besides those for which Django has a setting.
STANDING_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join([*(f"{name}=()" for name in _NOT_ASKED_FOR), *_PASSKEYS]),
}
# No other site shows our files, so no other origin is allowed to read them.
WHITENOISE_ALLOW_ALL_ORIGINS = False
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The conversation reads the token in the CSRF cookie (frontend/lib/tokens.js); no script needs the
# others. With the prefix, browsers accept such a cookie only from this very host, over HTTPS.
_PREFIX = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME = f"{_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{_PREFIX}csrftoken"
MESSAGES_COOKIE_NAME = f"{_PREFIX}messages"
KNOWN_DEVICE_COOKIE = f"{_PREFIX}known_device"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE

if SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # Health checks call the process directly, over plain HTTP.
    SECURE_REDIRECT_EXEMPT = [f"^{HEALTH_PATH}(alive/)?$"]
    # Only we send this header: if a proxy did too, there would be two.
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
