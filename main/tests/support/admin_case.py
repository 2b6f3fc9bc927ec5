"""Using the admin sites as a browser does: forms are sent back as they were served."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib.messages import get_messages
from django.test import TestCase, override_settings, tag
from django.test.html import Element, parse_html

from main.tests.support.factories import OwnerFactory


def elements(root: Element) -> Iterator[Element]:
    yield root
    for child in root.children:
        if isinstance(child, Element):
            yield from elements(child)


def fields_of(page: str) -> dict[str, list[str]]:
    """What a browser would send back of a page's forms, untouched."""
    sent: dict[str, list[str]] = {}
    for element in elements(parse_html(page)):
        attributes = dict(element.attributes)
        if not attributes.get("name"):
            continue
        for value in _values(element, attributes):
            sent.setdefault(attributes["name"], []).append(value)
    return {name: values for name, values in sent.items() if "__prefix__" not in name}


def _values(element: Element, attributes: dict) -> list[str]:
    if element.name == "textarea":
        return ["".join(map(str, element.children))]
    if element.name == "select":
        options = [dict(each.attributes) for each in elements(element) if each.name == "option"]
        return [each["value"] for each in options if "selected" in each]
    kind = attributes.get("type", "")
    is_unticked = kind == "checkbox" and "checked" not in attributes
    if element.name != "input" or is_unticked or kind in {"submit", "file"}:
        return []
    return [attributes.get("value", "on" if kind == "checkbox" else "")]


@tag("door")
class AdminTestCase(TestCase):
    """Somebody of the staff, signed in: an owner, unless the class says who else."""

    works_as = OwnerFactory

    @classmethod
    def setUpTestData(cls) -> None:
        cls.staff = cls.works_as()

    def setUp(self) -> None:
        media = TemporaryDirectory()
        self.addCleanup(media.cleanup)
        self.media = Path(media.name)
        self.enterContext(override_settings(MEDIA_ROOT=self.media))
        self.client.force_login(self.staff)

    def open(self, path: str) -> dict[str, list[str]]:
        return fields_of(self.client.get(path).content.decode())

    def send(self, path: str, fields: dict, **changes):
        with self.captureOnCommitCallbacks(execute=True):
            return self.client.post(path, fields | changes)

    def send_well(self, path: str, fields: dict, **changes) -> None:
        response = self.send(path, fields, **changes)
        form = response.context and response.context["adminform"].form
        self.assertEqual(response.status_code, 302, form and form.errors)

    def assert_refused(self, response, field: str, error: str) -> None:
        self.assertEqual(response.status_code, 200)
        self.assertFormError(response.context["adminform"].form, field, error)

    def told(self, response) -> list[str]:
        """What the page that this response leads to says first; and then it is said."""
        self.client.cookies.pop("messages", None)
        return [str(message) for message in get_messages(response.wsgi_request)]

    def files(self) -> list[str]:
        return sorted(str(file.relative_to(self.media)) for file in self.media.rglob("*"))
