"""Static files, bundles, uploaded pictures, and where each is kept."""

from pathlib import Path

from booktime.settings.site import BASE_DIR, DEBUG, env

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "bundles"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG  # tests switch DEBUG off, and each would read all static files
WEBPACK_LOADER = {
    "DEFAULT": {
        "BUNDLE_DIR_NAME": "",
        "STATS_FILE": BASE_DIR / "webpack-stats.json",
        "CACHE": not DEBUG,
    }
}
PICTURES = {
    # Four renditions beside each original: 200, 400, 600 and 800 px wide.
    "CONTAINER_WIDTH": 800,
    "GRID_COLUMNS": 4,
    "BREAKPOINTS": {"phone": 576, "tablet": 992, "desktop": 1400},
    "PIXEL_DENSITIES": [1],
    "FILE_TYPES": ["WEBP"],
    "USE_PLACEHOLDERS": False,
    "QUEUE_NAME": "default",
    "PROCESSOR": "main.tasks.make_renditions",
}
