"""What operators of the shop see: health, metrics on a separate port, logs without secrets."""

import json
from http import HTTPStatus

import httpx

from rehearsal.host import Host
from rehearsal.walk_browser import LOOPBACK, PATIENCE, Browser, expect

ALWAYS = {"time", "level", "event"}
OF_A_REQUEST = {"request_id", "route", "method", "status", "duration_ms", "revision"}


def health(host: Host) -> str:
    """It is ready, and serves the expected release."""
    expect(host.current, "nothing serves")
    with Browser(host) as browser:
        answer = browser.ask("GET", "/healthz/")
        expect(answer.status_code == HTTPStatus.OK, f"/healthz/ answers {answer.status_code}")
        facts = answer.json()
        expect(facts["ready"] is True, f"/healthz/ says {facts}")
        revision = host.current.revision if host.current else ""
        expect(facts["version"] == revision, f"{facts['version']} serves, not {revision}")
    return f"ready, {str(facts['version'])[:12]}"


def metrics(host: Host) -> str:
    """Web and worker have metrics, each on its own port, and none through nginx."""
    with Browser(host) as browser:
        status = browser.get("/metrics").status_code
        expect(status == HTTPStatus.NOT_FOUND, f"/metrics answers {status} through nginx")
    counts = []
    release = host.current
    for port in (release.metrics_port, release.worker_metrics_port) if release else ():
        address = f"http://{LOOPBACK}:{port}/metrics"
        answer = httpx.get(address, timeout=PATIENCE, trust_env=False)
        expect(answer.status_code == HTTPStatus.OK, f"{address} answers {answer.status_code}")
        lines = [line for line in answer.text.splitlines() if line and line[0] != "#"]
        expect(lines, f"{address} tells nothing")
        counts.append(len({line.partition("{")[0].partition(" ")[0] for line in lines}))
    return f"{counts[0]} of web, {counts[1]} of the worker, none through nginx"


def logs(host: Host, private: list[str]) -> str:
    """One object per line, each request with the fields to find it, and nobody's secrets."""
    expect(host.current, "nothing serves")
    requests = 0
    for name in ("web", "worker"):
        text = host.current.logs[name].read_text(errors="replace") if host.current else ""
        leaked = [each for each in private if each in text]
        expect(not leaked, f"{name}.log holds {len(leaked)} secrets, the first {leaked[:1]}")
        for line in filter(None, text.splitlines()):
            requests += _read(name, line)
    expect(requests, "web.log tells of no request")
    return f"{requests} requests in JSON; {len(private)} secrets looked for, none there"


def _read(name: str, line: str) -> bool:
    """Whether the line is about a request."""
    try:
        told = json.loads(line)
    except ValueError:
        raise AssertionError(f"{name}.log has a line that is no JSON: {line[:200]}") from None
    expect(told.keys() >= ALWAYS, f"{name}.log has a line without {ALWAYS - told.keys()}: {line}")
    if "status" not in told or "method" not in told:
        return False
    missing = OF_A_REQUEST - told.keys()
    expect(not missing, f"{name}.log has a request without {missing}: {line[:300]}")
    return True
