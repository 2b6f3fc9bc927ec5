"""Static files, bundles, covers and printed invoices, and where each is stored."""

from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

from booktime import setting_types
from booktime.settings.site import BASE_DIR, DEBUG, env

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "bundles"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media"))).resolve()
if not MEDIA_ROOT.name or MEDIA_ROOT.is_file():
    raise ImproperlyConfigured("MEDIA_ROOT must be a folder of its own.")
# Next to it, but without an address: customers' private files.
PRIVATE_MEDIA_ROOT = MEDIA_ROOT.with_name(f"{MEDIA_ROOT.name}-private")

# These three together switch media to S3; the others are details.
_S3_NEEDS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_STORAGE_BUCKET_NAME"]
_S3_MAY = ["AWS_S3_ENDPOINT_URL", "AWS_S3_REGION_NAME", "AWS_S3_PUBLIC_URL", "AWS_S3_COVERS_ACL"]
_aws = {name: env.str(name, default="") for name in _S3_NEEDS + _S3_MAY}
if _missing := [name for name in _S3_NEEDS if any(_aws.values()) and not _aws[name]]:
    raise ImproperlyConfigured(f"Media in S3 also need {' and '.join(_missing)}.")
if _aws["AWS_S3_COVERS_ACL"] not in ("", "public-read"):
    raise ImproperlyConfigured("AWS_S3_COVERS_ACL must be public-read or unset.")
# Both become part of a host name in the Content-Security-Policy.
_bucket = env.matching(
    "AWS_STORAGE_BUCKET_NAME",
    rf"(?=.{{3,63}}$){setting_types.LABEL}(\.{setting_types.LABEL})*",
    "a bucket's name",
)
_region = env.matching(
    "AWS_S3_REGION_NAME", setting_types.LABEL, "a region like eu-west-2", default="us-east-1"
)
_AN_ADDRESS = "an address like https://shop.example"
_endpoint = env.url("AWS_S3_ENDPOINT_URL", setting_types.web_address, _AN_ADDRESS, default="")
# How main.gateways.s3 connects; empty if media are on this machine.
S3 = {
    "access_key": _aws["AWS_ACCESS_KEY_ID"],
    "secret_key": _aws["AWS_SECRET_ACCESS_KEY"],
    "bucket_name": _bucket,
    "endpoint_url": _endpoint or None,
    "region_name": _region,
    # Amazon has one host per bucket; other S3 services often have one for all.
    "addressing_style": "path" if _endpoint else "virtual",
} if _bucket else {}  # fmt: skip
S3_COVERS_ACL = _aws["AWS_S3_COVERS_ACL"] or None
# The address of the bucket's folder of covers: by default in the bucket itself.
S3_COVERS_URL = env.url(
    "AWS_S3_PUBLIC_URL",
    setting_types.web_address,
    _AN_ADDRESS,
    default=(
        f"{_endpoint}/{_bucket}/public"
        if _endpoint
        else f"https://{_bucket or 'no'}.s3.{_region}.amazonaws.com/public"
    ),
) if S3 else ""  # fmt: skip
# The other origin of pictures, if any, for the Content-Security-Policy.
MEDIA_ORIGIN = "://".join(urlsplit(S3_COVERS_URL)[:2]) if S3 else ""

STORAGES = {
    # Private by default; only "covers" is public.
    "default": {
        "BACKEND": "main.gateways.s3.PrivateFiles" if S3 else "main.gateways.files.PrivateFiles"
    },
    "covers": {"BACKEND": "main.gateways.s3.Covers" if S3 else "main.gateways.files.DiskFiles"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# Source maps: 5 MB of 13 that are collected, and bin/post_compile deletes them.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
WHITENOISE_AUTOREFRESH = DEBUG  # tests switch DEBUG off, and each would read all static files
WEBPACK_LOADER = {
    "DEFAULT": {
        "BUNDLE_DIR_NAME": "",
        "STATS_FILE": BASE_DIR / "webpack-stats.json",
        "CACHE": not DEBUG,
        "CSP_NONCE": True,
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
    "PROCESSOR": "main.events.picture_changed",
}
