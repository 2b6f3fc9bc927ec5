"""What the Node buildpack does with a commit: packages, build script and pruning."""

import hashlib
import json
import shutil
from pathlib import Path

from rehearsal.work import Account, Rejected, Say, registry_environment, step

QUIET = ["--no-audit", "--no-fund", "--loglevel=error"]


def build(
    app: Path,
    *,
    caches: Path,
    environment: dict[str, str],
    account: Account,
    say: Say,
    kept: Path | None,
) -> dict[str, str]:
    """Returns what it exports to the next buildpack, which does not include NODE_ENV.

    `kept` is a cache of packages by lock. The buildpack has none; it saves the rehearsal minutes.
    """
    node_environment = {
        "NODE_ENV": "production",
        **environment,
        **registry_environment(),
        "npm_config_cache": str(account.take(caches / "npm")),
        "npm_config_update_notifier": "false",
    }

    def run(*command: object, because: str) -> None:
        if account.run(list(command), cwd=app, environment=node_environment, say=say):
            raise Rejected(because)

    with step("Node packages", say):
        place = kept and kept / _hash(app)
        if place and place.exists():
            run("cp", "-al", place, "node_modules", because="the kept packages cannot be read")
        else:
            # Build tools are usually development packages: they stay until the pruning.
            run("npm", "ci", "--include=dev", *QUIET, because="npm ci failed")
            if place:
                run("cp", "-al", "node_modules", place, because="packages cannot be kept")
    # Only one of the two.
    scripts = json.loads((app / "package.json").read_text()).get("scripts", {})
    if script := next((name for name in ("heroku-postbuild", "build") if name in scripts), None):
        with step("Node build script", say):
            run("npm", "run", script, because=f"npm run {script} failed")
    if "NPM_CONFIG_PRODUCTION" not in environment:
        with step("Pruning Node packages", say):
            run("npm", "prune", "--omit=dev", *QUIET, because="npm prune failed")
    home = Path(shutil.which("node", path=environment["PATH"]) or "node").parents[1]
    _leave_profile(app, home)
    return {
        "PATH": f"{environment['PATH']}:{app}/node_modules/.bin",
        "NODE_HOME": str(home),
        "NODE_OPTIONS": "--max_old_space_size=2560",
    }


def _leave_profile(app: Path, home: Path) -> None:
    """What the processes see of Node."""
    profile = app / ".profile.d" / "nodejs.sh"
    profile.parent.mkdir(exist_ok=True)
    profile.write_text(
        'export PATH="$PATH:$HOME/bin:$HOME/node_modules/.bin"\n'
        f'export NODE_HOME="{home}"\n'
        'export NODE_ENV="${NODE_ENV:-production}"\n'
    )


def _hash(app: Path) -> str:
    files = [app / "package.json", app / "package-lock.json"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
