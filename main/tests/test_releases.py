"""Which release stands before the one in the folder, as releases.toml names it."""

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase, tag

sys.path.append(str(settings.BASE_DIR / "bin" / "support"))
import releases

NOWHERE = "0123456789" * 4


@tag("once")
class NamedReleasesTests(SimpleTestCase):
    """The file of this project itself."""

    def test_the_first_is_0_1_0(self):
        first = releases.named(settings.BASE_DIR)[0]
        commit = "004ece63bb367906f47dc564093df4e7b91ef0cc"
        self.assertEqual(first, releases.Release("0.1.0", commit, date(2026, 11, 23)))

    def test_each_has_a_full_commit_and_a_day_and_the_newest_stands_last(self):
        named = releases.named(settings.BASE_DIR)
        for release in named:
            self.assertRegex(release.version, r"^\d+\.\d+\.\d+$")
            self.assertRegex(release.commit, r"^[0-9a-f]{40}$")
        numbers = [tuple(map(int, release.version.split("."))) for release in named]
        self.assertEqual(numbers, sorted(set(numbers)))
        days = [release.date for release in named]
        self.assertEqual(days, sorted(days))


class ReleaseCase(SimpleTestCase):
    """A clone with one commit, of which each test makes what it wants."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.git("init", "--quiet", "--initial-branch", "master")
        self.first = self.commit("one")

    def git(self, *words: str):
        person = ["-c", "user.name=A", "-c", "user.email=a@shop.example"]
        subprocess.run(["git", "-C", self.root, *person, *words], check=True)

    def commit(self, text: str) -> str:
        (self.root / "file").write_text(text)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", text)
        return releases.commit_of(self.root, "HEAD")

    def name(self, **commits: str):
        entries = [
            f'[[release]]\nversion = "{version.removeprefix("v").replace("_", ".")}"\n'
            f'commit = "{commit}"\ndate = 2026-11-23\n'
            for version, commit in commits.items()
        ]
        (self.root / "releases.toml").write_text("\n".join(entries))


@tag("once", "e2e")
class ReleaseBeforeTests(ReleaseCase):
    def test_the_newest_named_is_taken(self):
        second = self.commit("two")
        self.name(v0_1_0=self.first, v0_2_0=second)
        self.commit("three")
        self.assertEqual(releases.chosen(self.root, None), ("release 0.2.0", second))

    def test_the_commit_under_test_is_not_its_own_release_before(self):
        second = self.commit("two")
        self.git("tag", "v0.2.0")
        (self.root / ".git" / "info" / "exclude").write_text("releases.toml\n")
        self.name(v0_1_0=self.first, v0_2_0=second)
        self.assertEqual(releases.chosen(self.root, None), ("release 0.1.0", self.first))
        (self.root / "file").write_text("changed since")
        self.assertEqual(releases.chosen(self.root, None), ("release 0.2.0", second))

    def test_a_release_is_known_by_its_number_and_any_commit_by_its_name(self):
        self.name(v0_1_0=self.first)
        second = self.commit("two")
        self.assertEqual(releases.chosen(self.root, "0.1.0"), ("release 0.1.0", self.first))
        self.assertEqual(releases.chosen(self.root, "HEAD"), ("HEAD", second))

    def test_what_is_no_commit_is_refused_in_words(self):
        with self.assertRaisesMessage(releases.NoSuchRevision, "v9 is no commit of this clone"):
            releases.commit_of(self.root, "v9")

    def test_a_changed_and_a_new_file_differ(self):
        self.assertFalse(releases.differs(self.root, self.first, "file", "migrations"))
        (self.root / "migrations").mkdir()
        (self.root / "migrations" / "0009.py").write_text("")
        self.assertTrue(releases.differs(self.root, self.first, "migrations"))
        self.assertFalse(releases.differs(self.root, self.first, "file"))


@tag("once", "e2e")
class NothingToTestTests(ReleaseCase):
    """bin/old-on-new without a release before is a failure in one line, in CI and elsewhere."""

    def setUp(self):
        super().setUp()
        source = settings.BASE_DIR / "bin"
        (self.root / "bin").mkdir()
        shutil.copy(source / "old-on-new", self.root / "bin")
        shutil.copytree(source / "support", self.root / "bin" / "support")
        shutil.copy(settings.BASE_DIR / ".env.example", self.root)

    def assert_fails(self, line: str):
        for is_ci in ("true", ""):
            done = subprocess.run(
                [self.root / "bin" / "old-on-new"], cwd=self.root, capture_output=True, text=True,
                env={**os.environ, "CI": is_ci, "PYTHON": sys.executable}, check=False,
            )  # fmt: skip
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertEqual(done.stderr, f"old-on-new: {line}\n")

    def test_no_file(self):
        self.assert_fails("releases.toml is missing")

    def test_a_file_that_names_none(self):
        (self.root / "releases.toml").write_text("# Nothing yet.\n")
        self.assert_fails("releases.toml names no release before this one")

    def test_an_entry_without_its_commit(self):
        (self.root / "releases.toml").write_text('[[release]]\nversion = "0.1.0"\n')
        self.assert_fails("releases.toml: a release has version, commit and date")

    def test_no_toml(self):
        (self.root / "releases.toml").write_text("release")
        self.assert_fails(
            "releases.toml is not TOML: Expected '=' after a key in a key/value pair "
            "(at end of document)"
        )

    def test_a_commit_that_is_not_in_the_clone(self):
        self.name(v0_1_0=NOWHERE)
        self.assert_fails(
            f"release 0.1.0 ({NOWHERE}) is not in this clone; a whole one has it: "
            "git fetch --unshallow"
        )
