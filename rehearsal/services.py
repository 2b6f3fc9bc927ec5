"""The services linked to an application: its own PostgreSQL, Redis and S3, on free ports."""

import os
import secrets
import shutil
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType

from rehearsal.facts import Bucket

REGION = "us-east-1"
# Everyone may read the covers, as in docs/deployment.md.
POLICY = """{"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::NAME/public/*"}]}"""


def _with_services() -> ModuleType:
    """bin/with-services as a module: it starts the same servers."""
    path = Path(__file__).resolve().parents[1] / "bin" / "with-services"
    loader = SourceFileLoader("with_services", str(path))
    module = module_from_spec(ModuleSpec(loader.name, loader, origin=str(path)))
    loader.exec_module(module)
    return module


with_services = _with_services()
free_port = with_services.free_port
end_with_parent = with_services.end_with_parent


class Services:
    """Started in the main thread: the servers end with the thread that started them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o755)
        self._folder = str(folder)
        self._servers: list = []
        self.database_url = ""
        self.redis_url = ""
        self.s3: Bucket

    def start(self) -> None:
        programs = with_services.find_programs(["postgres", "redis"])
        self.database_url = with_services.start_postgres(programs, self._folder, self._servers)
        self.redis_url = with_services.start_redis(programs, self._folder, self._servers)
        self.s3 = self._start_s3()

    def end(self) -> None:
        with_services.stop(self._servers)

    def _start_s3(self) -> Bucket:
        port = with_services.start(
            lambda port: [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            folder=self._folder, servers=self._servers, ready=b"",
        )  # fmt: skip
        bucket = Bucket(
            endpoint=f"http://127.0.0.1:{port}",
            name="booktime-media",
            key="rehearsal",
            secret=secrets.token_hex(16),
        )
        client = client_of(bucket)
        client.create_bucket(Bucket=bucket.name)
        client.put_bucket_policy(Bucket=bucket.name, Policy=POLICY.replace("NAME", bucket.name))
        return bucket


def client_of(bucket: Bucket):
    """A boto3 client with the bucket's keys."""
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=bucket.endpoint,
        region_name=REGION,
        aws_access_key_id=bucket.key,
        aws_secret_access_key=bucket.secret,
    )


def postgres_program(name: str) -> str:
    """pg_dump and the like, in the server's version if there are several."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name)
    search = os.pathsep.join([*map(str, reversed(folders)), os.environ.get("PATH", "")])
    return shutil.which(name, path=search) or sys.exit(f"rehearse: {name} was not found")
