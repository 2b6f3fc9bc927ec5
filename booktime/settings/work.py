"""Mails, and the work that is done beside the request: mails and pictures."""

from django.core.exceptions import ImproperlyConfigured

from booktime.settings.site import DEBUG, env

vars().update(env.mail("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 20  # seconds: a mail server that does not answer must not hold up the rest
EMAIL_SUBJECT_PREFIX = "[Booktime] "
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="BookTime <shop@booktime.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
CUSTOMER_SERVICE_EMAIL = env.str(
    "CUSTOMER_SERVICE_EMAIL", default="customerservice@booktime.example"
)
ADMINS = [("Admins", address) for address in env.list("ADMINS", default=[])]

# "immediate" runs a task at once; "database" stores it in the transaction that asked for it,
# for `manage.py run_worker` to do.
TASKS_BACKEND = env.str("TASKS_BACKEND", default="immediate" if DEBUG else "database")
_TASKS_BACKENDS = {
    "immediate": "django_tasks.backends.immediate.ImmediateBackend",
    "database": "django_tasks_db.DatabaseBackend",
}
if TASKS_BACKEND not in _TASKS_BACKENDS:
    raise ImproperlyConfigured("TASKS_BACKEND must be immediate or database.")
TASKS = {"default": {"BACKEND": _TASKS_BACKENDS[TASKS_BACKEND], "QUEUES": ["default"]}}
TEST_RUNNER = "main.tests.runner.ShopRunner"
