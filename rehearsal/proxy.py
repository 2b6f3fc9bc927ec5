"""nginx in front of the application, set as in Dokku's own template: TLS, HTTP/2, WebSocket."""

import grp
import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from rehearsal.services import end_with_parent, free_port
from rehearsal.work import Rejected, end

START_SECONDS = 20
BODY_LIMIT = "25m"  # as docs/deployment.md sets it: covers are larger than nginx's 1 MB
COMPRESSED = (
    "text/css text/javascript text/xml text/plain text/x-component application/javascript "
    "application/x-javascript application/json application/xml application/rss+xml "
    "font/truetype application/x-font-ttf font/opentype image/svg+xml"
)
# A port where nothing listens: before the first release, visitors get a 502.
NOWHERE = 9


class Proxy:
    def __init__(self, folder: Path, *, domain: str) -> None:
        folder.mkdir(mode=0o755)
        self._folder = folder
        self._domain = domain
        self.port, self.plain_port = free_port(), free_port()
        self.certificate = folder / "certificate.pem"
        self._key = folder / "key.pem"
        self._process: subprocess.Popen

    def start(self) -> None:
        self._make_certificate()
        self._write(NOWHERE)
        with (self._folder / "nginx.log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder,
                start_new_session=True, preexec_fn=end_with_parent,  # noqa: PLW1509
            )  # fmt: skip
        until = time.monotonic() + START_SECONDS
        while not self._workers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise SystemExit((self._folder / "nginx.log").read_text() + "nginx did not start")
            time.sleep(0.05)

    def switch(self, port: int) -> None:
        """Send all new connections there; return once none go to the old port."""
        self._write(port)
        test = subprocess.run(self._command("-t"), capture_output=True, text=True, check=False)
        if test.returncode:
            raise Rejected(f"nginx refuses its configuration: {test.stderr.strip()}")
        old = self._workers()
        self._process.send_signal(signal.SIGHUP)
        until = time.monotonic() + START_SECONDS
        while old & self._workers() or not self._workers():
            if time.monotonic() > until:
                raise Rejected("nginx did not take its new configuration")
            time.sleep(0.02)

    def end(self) -> None:
        if hasattr(self, "_process"):
            end(self._process)

    def _command(self, *words: str) -> list[str]:
        return ["nginx", "-p", str(self._folder), "-c", "nginx.conf", "-e", "error.log", *words]

    def _workers(self) -> set[int]:
        """The processes that accept new connections, as those that are shutting down do not."""
        listing = subprocess.run(
            ["ps", "-axo", "pid=,ppid=,command="], capture_output=True, text=True, check=True
        ).stdout
        found = re.findall(r"^\s*(\d+)\s+(\d+)\s+nginx: worker process\s*$", listing, re.M)
        return {int(pid) for pid, parent in found if int(parent) == self._process.pid}

    def _make_certificate(self) -> None:
        extensions = [
            f"subjectAltName=DNS:{self._domain}",
            "basicConstraints=critical,CA:TRUE",
            "keyUsage=critical,digitalSignature,keyCertSign",
            "extendedKeyUsage=serverAuth",
        ]
        words = ["-days", "2", "-subj", f"/CN={self._domain}", "-keyout", self._key]
        words += [word for extension in extensions for word in ("-addext", extension)]
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        command = ["openssl", "req", "-x509", *curve, *words, "-out", self.certificate]
        subprocess.run(command, check=True, capture_output=True)

    def _write(self, port: int) -> None:
        text = CONFIGURATION.format(
            user=_user_line(),
            compressed=COMPRESSED,
            upstream=f"127.0.0.1:{port}",
            domain=self._domain,
            port=self.port,
            plain_port=self.plain_port,
            body_limit=BODY_LIMIT,
            **_http2(),
        )
        (self._folder / "nginx.conf").write_text(text)


def _user_line() -> str:
    """Workers drop to the unprivileged account; if we are not root, there is nothing to drop."""
    if os.geteuid():
        return ""
    for group in ("nogroup", "nobody"):
        with suppress(KeyError):
            return f"user nobody {grp.getgrnam(group).gr_name};"
    return ""


def _http2() -> dict[str, str]:
    """The directive changed with nginx 1.25.1."""
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said)
    is_new = found is not None and tuple(map(int, found.groups())) >= (1, 25, 1)
    return {"listen_words": "ssl" if is_new else "ssl http2", "http2": "http2 on;" * is_new}


# From Dokku 0.38's template, without its HSTS header, since the application sends one.
CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid nginx.pid;
events {{ worker_connections 2048; }}
http {{
  access_log access.log;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  default_type application/octet-stream;
  server_tokens off;
  upstream booktime {{ server {upstream}; }}

  server {{
    listen 127.0.0.1:{plain_port};
    server_name {domain};
    return 301 https://$host:{port}$request_uri;
  }}

  server {{
    listen 127.0.0.1:{port} {listen_words};
    {http2}
    server_name {domain};
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers off;
    keepalive_timeout 70;
    client_max_body_size {body_limit};

    location / {{
      gzip on;
      gzip_min_length 1100;
      gzip_buffers 4 32k;
      gzip_types {compressed};
      gzip_vary on;
      gzip_comp_level 6;

      proxy_pass http://booktime;
      proxy_http_version 1.1;
      proxy_connect_timeout 60s;
      proxy_read_timeout 60s;
      proxy_send_timeout 60s;
      proxy_buffering on;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $http_connection;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Port $server_port;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Request-Start $msec;
    }}
  }}

}}
"""
