"""The parts of the site: apps, middlewares, templates."""

from booktime.settings.site import BASE_DIR

INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
    "daphne",
    "main.apps.MainConfig",
    "main.apps.OwnersAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "booktime.apps.Static",
    "django.forms",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_countries",
    "django_filters",
    "django_tables2",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "pictures",
    "rest_framework",
    "simple_history",
    "webpack_loader",
]
MIDDLEWARE = [
    "booktime.sight.log_context_middleware.LogContextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages shrink to a fifth. Secrets in them are masked afresh each time, and Django randomises
    # the length, so that it reveals nothing (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "booktime.server.headers.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "booktime.server.private_pages.PrivatePageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Provides the user for the history of changes.
    "simple_history.middleware.HistoryRequestMiddleware",
    "main.api.busy.BusyMiddleware",
]
ROOT_URLCONF = "booktime.urls"
ASGI_APPLICATION = "booktime.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "main.context_processors.globals",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_STORAGE = "booktime.backends.messages.MessageStorage"
