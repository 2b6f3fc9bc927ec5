"""What the tests of the reports' pages share: the office looks at them."""

import csv
import io
import json

from django.test import tag
from django.test.html import Element, parse_html

from main.tests.support.admin_case import elements
from main.tests.support.factories import EmployeeFactory, OwnerFactory
from main.tests.support.report_case import ReportTestCase

NAMES = ["orders_per_day", "most_bought_products", "turnover", "low_stock"]
PREFIXES = ["/admin/", "/office-admin/"]


@tag("door")
class ReportPageTestCase(ReportTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.owner, cls.clerk = OwnerFactory(), EmployeeFactory()

    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.clerk)

    def page(self, name: str, query: str = "", *, status: int = 200) -> str:
        response = self.client.get(f"/office-admin/{name}/{query}")
        self.assertEqual(response.status_code, status)
        return response.content.decode()

    def table(self, name: str, query: str = "") -> list[list[str]]:
        """The cells of the body and foot of a report's table."""
        _, found, after = self.page(name, query).partition('<table class="report-table">')
        page = parse_html(found + after.partition("</table>")[0] + "</table>")
        rows = [each for each in elements(page) if each.name == "tr"]
        return [
            [text_of(cell) for cell in row.children if isinstance(cell, Element)] for row in rows
        ][1:]

    def picture(self, name: str, query: str = "") -> dict:
        """What the script draws."""
        page = self.page(name, query)
        _, _, after = page.partition('<script id="report-picture" type="application/json">')
        return json.loads(after.partition("</script>")[0])

    def csv(self, name: str, query: str = "") -> list[list[str]]:
        text = self.page(name, f"?format=csv{query}")
        return [*csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))]


def text_of(element: Element) -> str:
    parts = (text_of(part) if isinstance(part, Element) else str(part) for part in element.children)
    return " ".join(" ".join(parts).split())
