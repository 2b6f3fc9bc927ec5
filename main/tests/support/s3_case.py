"""An S3 of our own for a class of tests: moto's server, spoken to over HTTP."""

import logging
from unittest import mock
from urllib.request import Request, urlopen

import boto3
from django.core.files.storage import storages
from django.test import override_settings

from main.models import ProductImage

BUCKET = "booktime-test"
# Everyone may read the covers, as docs/deployment.md has it.
POLICY = f"""{{"Version": "2012-10-17", "Statement": [{{
    "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::{BUCKET}/public/*"}}]}}"""


def s3_settings(endpoint: str, **changes: str) -> dict:
    """What booktime/settings/files.py makes of the variables."""
    return {
        "S3": {
            "access_key": "shop",
            "secret_key": "open-sesame",
            "bucket_name": BUCKET,
            "endpoint_url": endpoint,
            "region_name": "us-east-1",
            "addressing_style": "path",
        }
        | changes,
        "S3_COVERS_URL": f"{endpoint}/{BUCKET}/public",
        "STORAGES": {
            "default": {"BACKEND": "main.gateways.s3.PrivateFiles"},
            "covers": {"BACKEND": "main.gateways.s3.Covers"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    }


class S3Mixin:
    """Media in an empty bucket at the beginning of each test."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        # A development package: the gate of a deployment loads this file, and runs none of it.
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        cls.addClassCleanup(server.stop)
        cls.endpoint = "http://{}:{}".format(*server.get_host_and_port())
        cls.s3 = boto3.client(
            "s3", endpoint_url=cls.endpoint, region_name="us-east-1",
            aws_access_key_id="admin", aws_secret_access_key="admin",
        )  # fmt: skip

    def setUp(self) -> None:
        super().setUp()
        self.ask_moto("reset")
        self.s3.create_bucket(Bucket=BUCKET)
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=POLICY)
        self.use_s3()

    def use_s3(self, endpoint: str = "", **changes: str) -> None:
        self.enterContext(override_settings(**s3_settings(endpoint or self.endpoint, **changes)))
        # The field was given its storage when the process began.
        field = ProductImage._meta.get_field("image")
        self.enterContext(mock.patch.object(field, "storage", storages["covers"]))

    def ask_moto(self, what: str, body: bytes = b"") -> None:
        headers = {"Content-Type": "text/plain"}
        request = Request(f"{self.endpoint}/moto-api/{what}", data=body, headers=headers)
        urlopen(request).close()

    def keys(self) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=BUCKET)
        return sorted(item["Key"] for item in listed.get("Contents", []))
