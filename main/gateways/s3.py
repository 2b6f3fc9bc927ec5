"""Files in an S3 bucket: covers for everyone under public/, everything else under private/.

Imported only if files are kept there (booktime/settings/files.py). Secrets are read from the
settings and are not arguments of the storages, which django-pictures stores with its tasks.
"""

import functools
import mimetypes
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

from main.gateways.files import FilesUnavailable

# botocore follows redirects recursively, as deep as Python allows.
_FAILURES = (BotoCoreError, ClientError, Boto3Error, RetriesExceededError, RecursionError)
_YEAR = 365 * 24 * 3600  # seconds
_AWAY = "The file storage cannot be reached at the moment."
# S3's own codes, and the status, since a HEAD has no body to name one.
_REFUSED = "The file storage rejects the shop's keys."
_ELSEWHERE = (
    "The file storage is at another address: check AWS_S3_ENDPOINT_URL or, at Amazon, "
    "AWS_S3_REGION_NAME."
)
_REASONS = {
    "NoSuchBucket": "The file storage has no bucket of this name: check AWS_STORAGE_BUCKET_NAME.",
    "AccessControlListNotSupported": (
        "The bucket does not accept ACLs: unset AWS_S3_COVERS_ACL and use a bucket policy."
    ),
}
_REASONS |= dict.fromkeys(["301", "302", "307", "308", "PermanentRedirect"], _ELSEWHERE)
_REASONS |= dict.fromkeys(
    ["403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"], _REFUSED
)


def clearly(method: Callable[..., Any]) -> Callable[..., Any]:
    """Make every failure of a storage's method a FilesUnavailable."""

    @functools.wraps(method)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except _FAILURES as error:
            raise FilesUnavailable(_reason(error)) from error

    return guarded


def _reason(error: Exception) -> str:
    """boto3 wraps S3's answer to an upload, and only the text names the code."""
    if isinstance(error, RecursionError):
        return _ELSEWHERE
    if isinstance(error, ClientError):
        return _REASONS.get(error.response.get("Error", {}).get("Code", ""), _AWAY)
    found = [reason for code, reason in _REASONS.items() if f"({code})" in str(error)]
    return found[0] if found else _AWAY


@functools.cache
def _connect(access_key: str, secret_key: str, endpoint_url: str | None, **options: Any) -> Any:
    """One connection for all threads: each further one takes 13 MB and 0.1 s.

    Two attempts of a few seconds each: the thread that waits may be one that answers customers.
    """
    session = boto3.Session(aws_access_key_id=access_key, aws_secret_access_key=secret_key)
    config = Config(
        s3={"addressing_style": options["addressing_style"]},
        signature_version="s3v4",
        connect_timeout=2,
        read_timeout=10,
        retries={"total_max_attempts": 2, "mode": "standard"},
        max_pool_connections=20,
        # Many S3-compatible storages refuse Amazon's newer checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return session.resource(
        "s3", region_name=options["region_name"], endpoint_url=endpoint_url, config=config
    )


class BucketFiles(S3Storage):
    """A folder in the bucket. Nothing in it is ever overwritten."""

    file_overwrite = False
    max_memory_size = 5 * 1024 * 1024  # a larger file is read by way of the disk
    transfer_config = TransferConfig(use_threads=False)

    def __init__(self) -> None:
        super().__init__()

    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | settings.S3 | {"default_acl": None}

    @property
    def connection(self) -> Any:
        return _connect(**settings.S3)

    def get_object_parameters(self, name: str) -> dict[str, str]:
        """The type follows from the name: what a browser says about its upload does not count."""
        kind = mimetypes.guess_type(name)[0] or self.default_content_type
        return {**self.object_parameters, "ContentType": kind}

    @clearly
    def _open(self, name: str, mode: str = "rb") -> Any:
        """Fetch it at once, so that it fails here and not while it is being read."""
        file = super()._open(name, mode)
        return file.open() if "r" in mode else file

    _save = clearly(S3Storage._save)
    delete = clearly(S3Storage.delete)
    exists = clearly(S3Storage.exists)
    listdir = clearly(S3Storage.listdir)
    size = clearly(S3Storage.size)
    get_modified_time = clearly(S3Storage.get_modified_time)

    def ask(self, name: str, *, size: int) -> None:
        """Raises FilesUnavailable if a file of this size could not be stored now."""
        self.exists(name)

    def stored_files(self) -> Iterator[tuple[str, int]]:
        """A thousand names per request; folder by folder, each picture would be a request."""
        prefix = f"{self.location}/"
        try:
            for item in self.bucket.objects.filter(Prefix=prefix):
                yield item.key.removeprefix(prefix), item.size
        except _FAILURES as error:
            raise FilesUnavailable(_reason(error)) from error


class PrivateFiles(BucketFiles):
    """Read by the shop itself, or with a signed address that is valid for five minutes."""

    location = "private"
    querystring_auth = True
    querystring_expire = 300


class Covers(BucketFiles):
    """Read by everyone, and cached by browsers: another picture has another name."""

    location = "public"
    querystring_auth = False
    object_parameters: ClassVar = {"CacheControl": f"public, max-age={_YEAR}, immutable"}

    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | {"default_acl": settings.S3_COVERS_ACL}

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Made from the settings alone: a page must not wait for S3."""
        return f"{settings.S3_COVERS_URL}/{filepath_to_uri(name)}"
