"""A minimal browser: HTTP/2 through the host's nginx, with cookies, links and forms."""

import re
import ssl
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from rehearsal.host import Host

PATIENCE = 30  # seconds for an answer
REDIRECTS = 5
LOOPBACK = "127.0.0.1"


def expect(is_so: object, sentence: str) -> None:
    """Raises AssertionError with the sentence unless it holds."""
    if not is_so:
        raise AssertionError(sentence)


def trusting(host: Host) -> ssl.SSLContext:
    """Trusts only the host's certificate."""
    return ssl.create_default_context(cafile=str(host.ca))


@dataclass
class Form:
    """A form as on the page: what a browser would send if nothing were typed."""

    action: str
    method: str
    fields: dict[str, str | list[str]] = field(default_factory=dict)
    has_files: bool = False

    def add(self, name: str, value: str) -> None:
        """Several values of the same name become a list."""
        there = self.fields.get(name)
        if there is None:
            self.fields[name] = value
        else:
            self.fields[name] = [*(there if isinstance(there, list) else [there]), value]


class Page(HTMLParser):
    """The forms, links and shown text of an HTML page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._words: list[str] = []
        self._name = ""  # the name of the open <select> or <textarea>
        self._is_multiple = False
        self._form: Form | None = None
        self.feed(html)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self._words))

    def form(self, part: str) -> Form:
        """The form whose address or field name contains this part."""
        for form in self.forms:
            if part in form.action or part in form.fields:
                return form
        raise AssertionError(f"the page has no form for {part}: {self.text[:200]}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self._form.has_files = given.get("enctype") == "multipart/form-data"
            self.forms.append(self._form)
        elif tag in ("a", "link"):
            self.links.append(given.get("href", ""))
        elif tag in ("script", "img"):
            self.links.append(given.get("src", ""))
        elif self._form and tag in ("input", "select", "textarea", "option"):
            self._note(self._form, tag, given)

    def _note(self, form: Form, tag: str, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        if tag == "input":
            is_sent = kind not in ("checkbox", "radio") or "checked" in given
            if name and is_sent and kind not in ("submit", "button", "file", "image"):
                form.add(name, given.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "option":
            self._note_option(form, given)
        else:
            self._name, self._is_multiple = name, "multiple" in given
            if tag == "textarea":
                form.fields[name] = ""

    def _note_option(self, form: Form, given: dict[str, str]) -> None:
        """In a single choice, the first option counts until another is selected."""
        value = given.get("value", "")
        if self._is_multiple:
            if "selected" in given:
                form.add(self._name, value)
        elif "selected" in given or self._name not in form.fields:
            form.fields[self._name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag in ("select", "textarea"):
            self._name = ""

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._form and self._name and self.lasttag == "textarea":
            self._form.fields[self._name] = data.removeprefix("\n")


class Browser:
    """One visitor. Every answer must come over HTTP/2."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.http = httpx.Client(
            http2=True,
            verify=trusting(host),
            base_url=f"https://{LOOPBACK}:{host.port}",
            headers={"Host": f"{host.domain}:{host.port}", "Accept": "text/html,*/*"},
            timeout=PATIENCE,
            trust_env=False,
        )

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, method: str, address: str, **options: Any) -> httpx.Response:
        """One exchange, without following redirects. `address` may be a full URL of the shop."""
        options["extensions"] = {"sni_hostname": self.host.domain}
        answer = self.http.request(method, address.removeprefix(self.host.url), **options)
        expect(answer.http_version == "HTTP/2", f"{address} came by {answer.http_version}")
        return answer

    def get(self, address: str, **headers: str) -> httpx.Response:
        return self._followed(self.ask("GET", address, headers=headers), address)

    def open(self, address: str) -> Page:
        """The page, after redirects; anything but a 200 is a failure."""
        answer = self.get(address)
        expect(answer.status_code == HTTPStatus.OK, f"{address} answered {answer.status_code}")
        return Page(answer.text)

    def send(
        self, address: str, form: Form, files: dict[str, Any] | None = None, **typed: str
    ) -> httpx.Response:
        """Send the form of the page at `address` with what was typed; return the next page."""
        target = urljoin(urlsplit(address.removeprefix(self.host.url)).path, form.action or address)
        headers = {"Origin": self.host.url, "Referer": self.host.url + target}
        fields = form.fields | typed
        if form.has_files:
            # A browser sends an empty field if no file was chosen.
            files = files or {"": ("", b"")}
        answer = self.ask("POST", target, data=fields, files=files, headers=headers)
        return self._followed(answer, target)

    def cookie_header(self) -> str:
        """The cookies for a separate socket."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies.jar)

    def _followed(self, answer: httpx.Response, address: str) -> httpx.Response:
        for _ in range(REDIRECTS):
            if not answer.has_redirect_location:
                return answer
            address = urljoin(address.removeprefix(self.host.url), answer.headers["Location"])
            answer = self.ask("GET", address)
        raise AssertionError(f"{address} leads on and on")
