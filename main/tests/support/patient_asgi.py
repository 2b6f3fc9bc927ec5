"""The shop as an ASGI application for a crowd of one: without limits, and quick at passwords."""

from django.conf import settings
from rest_framework.throttling import SimpleRateThrottle

# All that a visitor by session carries is the one cookie.
settings.CSRF_USE_SESSIONS = True
settings.ACCOUNT_RATE_LIMITS = False
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SimpleRateThrottle.allow_request = lambda self, request, view: True

from booktime.asgi import application  # noqa: E402 - settings first

__all__ = ["application"]
