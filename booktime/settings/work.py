"""Mails, and the work done outside requests: mails and pictures."""

from booktime import setting_types
from booktime.settings.site import DEBUG, env

vars().update(
    env.url(
        "EMAIL_URL",
        setting_types.mail,
        "a URL like smtp+tls://user:password@host:587 or filemail:////folder",
        default="consolemail://",
    )
)
EMAIL_TIMEOUT = 20  # seconds: a mail server that does not answer must not hold up the rest
EMAIL_SUBJECT_PREFIX = "[Booktime] "
DEFAULT_FROM_EMAIL = env.one(
    "DEFAULT_FROM_EMAIL",
    setting_types.mailbox,
    "a mail address",
    default="BookTime <shop@booktime.example>",
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
CUSTOMER_SERVICE_EMAIL = env.one(
    "CUSTOMER_SERVICE_EMAIL",
    setting_types.mail_address,
    "a mail address",
    default="customerservice@booktime.example",
)
_admins = env.each("ADMINS", setting_types.mailbox, "mail addresses, separated by commas")
ADMINS = [("Admins", address) for address in _admins]

# "immediate" runs a task at once; "database" stores it in the current transaction, for
# `manage.py run_worker` to run.
_TASKS_BACKENDS = {
    "immediate": "django_tasks.backends.immediate.ImmediateBackend",
    "database": "django_tasks_db.DatabaseBackend",
}
TASKS_BACKEND = env.choice(
    "TASKS_BACKEND", _TASKS_BACKENDS, default="immediate" if DEBUG else "database"
)
TASKS = {"default": {"BACKEND": _TASKS_BACKENDS[TASKS_BACKEND], "QUEUES": ["default"]}}
TEST_RUNNER = "main.tests.support.runner.ShopRunner"
