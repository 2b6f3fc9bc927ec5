"""What bin/audit and bin/sbom make of locks and of the answers that advisory services give."""

import json
import sys
from datetime import date

from django.conf import settings
from django.test import SimpleTestCase, tag

sys.path.append(str(settings.BASE_DIR / "bin" / "support"))
import audit
import setting_up
from supply import exceptions, findings, npm_parts

TODAY = date(2026, 11, 23)
PIP_AUDIT = {
    "dependencies": [
        {"name": "django", "version": "5.2.19", "vulns": []},
        {"name": "tzdata", "skip_reason": "not on the index"},
        {
            "name": "pillow",
            "version": "13.0.0",
            "vulns": [
                {
                    "id": "PYSEC-2026-7",
                    "aliases": ["CVE-2026-7", "GHSA-aaaa-bbbb-cccc"],
                    "fix_versions": ["13.0.1"],
                    "description": "Too much memory.\nFor a picture.",
                }
            ],
        },
    ],
    "fixes": [],
}
NPM_AUDIT = {
    "auditReportVersion": 2,
    "vulnerabilities": {
        "loader": {"name": "loader", "via": ["parser"], "range": "*", "fixAvailable": False},
        "parser": {
            "name": "parser",
            "range": "<2",
            "fixAvailable": {"name": "loader", "version": "3.0.0"},
            "via": [
                {
                    "source": 1,
                    "name": "parser",
                    "dependency": "parser",
                    "title": "Parses too much",
                    "url": "https://github.com/advisories/GHSA-dddd-eeee-ffff",
                    "severity": "high",
                    "range": "<2",
                }
            ],
        },
    },
}
EXCEPTION = """
[[exception]]
id = "CVE-2026-7"
package = "pillow"
reason = "Only pictures of our own staff are opened."
until = {}
"""


@tag("once")
class FindingTests(SimpleTestCase):
    def test_an_advisory_is_known_by_each_of_its_ids(self):
        [found] = findings.of_pip_audit(PIP_AUDIT)
        self.assertEqual(found.ids, {"PYSEC-2026-7", "CVE-2026-7", "GHSA-aaaa-bbbb-cccc"})
        self.assertEqual(
            str(found),
            "pillow 13.0.0: CVE-2026-7, GHSA-aaaa-bbbb-cccc, PYSEC-2026-7: Too much memory."
            " (fixed in 13.0.1)",
        )

    def test_a_package_is_not_blamed_for_what_it_needs(self):
        [found] = findings.of_npm_audit(NPM_AUDIT)
        self.assertEqual((found.package, found.version), ("parser", "<2"))
        self.assertEqual(found.ids, {"GHSA-dddd-eeee-ffff"})
        self.assertEqual(found.remedy, "npm audit fix")

    def test_what_has_no_answer_is_no_finding(self):
        with self.assertRaisesMessage(audit.Unreachable, "Max retries exceeded"):
            audit.parsed("", "Traceback (most recent call last):\n  ...\nMax retries exceeded\n")
        with self.assertRaisesMessage(audit.Unreachable, "request to the registry failed"):
            audit.parsed(json.dumps({"message": "request to the registry failed"}), "")
        self.assertEqual(audit.parsed(json.dumps(PIP_AUDIT), ""), PIP_AUDIT)


@tag("once")
class ExceptionTests(SimpleTestCase):
    def verdict(self, until: str, found=None):
        allowed = exceptions.read(EXCEPTION.format(until), today=TODAY)
        found = findings.of_pip_audit(PIP_AUDIT) if found is None else found
        return exceptions.judge(found, allowed, today=TODAY)

    def test_an_exception_holds_until_the_end_of_its_day(self):
        verdict = self.verdict("2026-11-23")
        self.assertEqual((verdict.problems, verdict.idle), ([], []))
        self.assertEqual(len(verdict.accepted), 1)

    def test_an_expired_exception_fails_whether_it_is_needed_or_not(self):
        self.assertIn("its exception ended on 2026-11-22", self.verdict("2026-11-22").problems[0])
        verdict = self.verdict("2026-11-22", found=[])
        self.assertEqual(verdict.problems, ["pillow: the exception CVE-2026-7 ended 2026-11-22"])

    def test_an_exception_covers_its_own_package_and_advisory_only(self):
        other = findings.of_npm_audit(NPM_AUDIT)
        verdict = self.verdict("2026-12-31", found=other)
        self.assertEqual(verdict.problems, [str(other[0])])
        self.assertEqual(verdict.idle, ["pillow: CVE-2026-7 is no longer found"])

    def test_an_exception_without_a_reason_or_a_near_day_is_refused(self):
        for text in (
            EXCEPTION.format("2027-11-23"),
            EXCEPTION.format('"soon"'),
            EXCEPTION.format("2026-12-31T10:00:00"),
            EXCEPTION.format("2026-12-31").replace(
                "Only pictures of our own staff are opened.", ""
            ),
            EXCEPTION.format("2026-12-31").replace('package = "pillow"\n', ""),
            'note = "no table"',
            "[[exception",
        ):
            with self.subTest(text), self.assertRaises(exceptions.BadExceptions):
                exceptions.read(text, today=TODAY)

    def test_the_committed_file_can_be_read(self):
        exceptions.read(audit.EXCEPTIONS.read_text(), today=date.min)


@tag("once")
class NpmPartsTests(SimpleTestCase):
    LOCK = {
        "": {"dependencies": {"shared": "^1", "view": "^1"}, "devDependencies": {"linter": "^1"}},
        "node_modules/linter": {"version": "1.0.0", "dev": True, "dependencies": {"shared": "^1"}},
        "node_modules/shared": {"version": "1.2.0", "integrity": "sha512-AAEC"},
        "node_modules/view": {"version": "1.0.0", "dependencies": {"shared": "^2"}},
        "node_modules/view/node_modules/shared": {"version": "2.0.0"},
        "node_modules/@scope/native": {"version": "1.0.0", "optional": True},
    }

    def setUp(self):
        self.bill = npm_parts.bill_of(self.LOCK)

    def test_what_development_needs_too_is_listed_and_what_it_alone_needs_is_not(self):
        names = {"pkg:npm/shared@1.2.0", "pkg:npm/shared@2.0.0", "pkg:npm/view@1.0.0"}
        self.assertEqual(self.bill.parts.keys(), names | {"pkg:npm/%40scope/native@1.0.0"})
        self.assertEqual(self.bill.direct, {"pkg:npm/shared@1.2.0", "pkg:npm/view@1.0.0"})

    def test_a_package_gets_the_version_in_its_own_folder(self):
        self.assertEqual(self.bill.needs["pkg:npm/view@1.0.0"], {"pkg:npm/shared@2.0.0"})

    def test_a_part_has_its_hash_and_says_whether_it_must_be_there(self):
        shared = self.bill.parts["pkg:npm/shared@1.2.0"]
        self.assertEqual(shared["hashes"], [{"alg": "SHA-512", "content": "000102"}])
        self.assertEqual(shared["scope"], "required")
        native = self.bill.parts["pkg:npm/%40scope/native@1.0.0"]
        self.assertEqual((native["name"], native["scope"]), ("@scope/native", "optional"))


@tag("once", "e2e")
class BillTests(SimpleTestCase):
    """The real locks. What writes and checks the documents is no package of a deployment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from supply import document, python_parts

        cls.document = document
        cls.python = python_parts.read(settings.BASE_DIR)
        cls.npm = npm_parts.read(settings.BASE_DIR)

    def written(self, bill) -> str:
        return self.document.as_json(bill, version="1", time=None)

    def test_both_bills_follow_the_schema_and_name_what_pages_are_made_of(self):
        for bill, wanted in ((self.python, "django"), (self.npm, "preact")):
            text = self.written(bill)
            self.assertEqual(self.document.complaints(text), "")
            self.assertIn(wanted, {part["name"] for part in json.loads(text)["components"]})

    def test_a_document_that_breaks_the_schema_is_refused(self):
        part = {"type": "no such type", "name": "one"}
        text = self.written(self.document.Bill("npm", parts={"one": part}))
        self.assertIn("no such type", self.document.complaints(text))

    def test_python_packages_need_what_their_extras_ask_for(self):
        [psycopg] = [name for name in self.python.needs if name.startswith("pkg:pypi/psycopg@")]
        needed = {name.partition("@")[0] for name in self.python.needs[psycopg]}
        self.assertLessEqual({"pkg:pypi/psycopg-pool", "pkg:pypi/psycopg-binary"}, needed)

    def test_what_only_developers_install_is_not_listed(self):
        names = {name.partition("@")[0] for name in self.python.parts}
        self.assertTrue(names.isdisjoint({"pkg:pypi/pip-audit", "pkg:pypi/moto", "pkg:pypi/ruff"}))
        self.assertNotIn("eslint", {part["name"] for part in self.npm.parts.values()})


@tag("once")
class LockedRequirementsTests(SimpleTestCase):
    def test_every_package_has_its_version_and_hashes(self):
        lines = setting_up.locked_requirements().splitlines()
        self.assertGreater(len(lines), 100)
        for line in lines:
            self.assertRegex(line, r"^[\w.-]+==\S+( ; .+?)?( --hash=sha256:[0-9a-f]{64})+$")
