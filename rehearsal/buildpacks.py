"""Runs the real buildpacks as herokuish does, from the folder of their download."""

import shutil
from pathlib import Path

from rehearsal.work import Account, Rejected, Say, step

# Variables of the machine rather than of the application's settings.
MACHINE = {"PATH", "HOME", "LANG", "STACK"}
SCRIPT = 'for file in $EXPORTS; do [ -f "$file" ] && . "$file"; done; exec "$@"'


def build(
    app: Path,
    *,
    names: list[str],
    buildpacks: Path,
    caches: Path,
    environment: dict[str, str],
    account: Account,
    say: Say,
) -> None:
    """Run each named buildpack; the next one sees what it exports."""
    settings = app.parent / "env"
    settings.mkdir()
    for variable in environment.keys() - MACHINE:
        (settings / variable).write_text(environment[variable])
    account.take(settings)
    exports: list[Path] = []
    for name in names:
        given = buildpacks / name
        if not (given / "bin" / "compile").is_file():
            raise Rejected(f"{name} of .buildpacks is not in {buildpacks}")
        # A copy, since buildpacks write what they export into their own folder.
        folder = app.parent / "buildpacks" / name
        shutil.copytree(given, folder, symlinks=True)
        account.take(folder)
        cache = account.take(caches / folder.name)
        seen = environment | {"EXPORTS": " ".join(map(str, exports))}
        with step(folder.name, say):
            for words in (["detect", app], ["compile", app, cache, settings]):
                program = folder / "bin" / str(words[0])
                command = ["bash", "-c", SCRIPT, "buildpack", program, *words[1:]]
                if account.run(command, cwd=app, environment=seen, say=say):
                    raise Rejected(f"{folder.name}: bin/{words[0]} failed")
        exports.append(folder / "export")
