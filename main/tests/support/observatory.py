"""What Mozilla's HTTP Observatory would give a page, by the rules that it publishes (2026).

Only what it can see is judged: that no preload list has the host is taken for granted.
"""

import re

from main.tests.support.headers_case import Answer

BROAD = {"*", "http:", "https:", "ftp:", "http://*", "https://*"}
UNSAFE = {"'unsafe-inline'", "'unsafe-eval'", "data:"}
HALF_A_YEAR = 15_768_000
GRADES = {
    100: "A+",
    90: "A",
    85: "A-",
    80: "B+",
    70: "B",
    65: "B-",
    60: "C+",
    50: "C",
    0: "below C",
}


def judge(page: Answer, by_http: Answer) -> dict[str, int]:
    """Points by test, of a page by HTTPS and of what was answered by HTTP."""
    return {
        "content-security-policy": _policy(page),
        "cookies": _cookies(page),
        "cross-origin-resource-policy": _resource_policy(page),
        "cross-origin-resource-sharing": -50 if page.all("access-control-allow-origin") else 0,
        "redirection": _redirection(by_http),
        "referrer-policy": _referrer(page),
        "strict-transport-security": _transport(page),
        "subresource-integrity": _scripts(page),
        "x-content-type-options": 0 if page.all("x-content-type-options") == ["nosniff"] else -5,
        "x-frame-options": _frames(page),
    }


def grade(points: dict[str, int]) -> tuple[int, str]:
    """Points beyond 100 are given to those only who lost few."""
    lost = sum(value for value in points.values() if value < 0)
    won = sum(value for value in points.values() if value > 0)
    score = max(0, 100 + lost + (won if 100 + lost >= 90 else 0))
    return score, next(name for least, name in GRADES.items() if score >= least)


def _policy(page: Answer) -> int:
    if not page.all("content-security-policy"):
        return -25
    policy = page.policy
    default = policy.get("default-src", ["*"])
    scripts, objects, styles = (
        {*policy.get(f"{kind}-src", default)} for kind in ("script", "object", "style")
    )
    if scripts & (BROAD | {"'unsafe-inline'", "data:"}) or objects & BROAD:
        return -20
    if any(word.startswith("http:") for words in policy.values() for word in words):
        return -20
    if "'unsafe-eval'" in scripts | styles:
        return -10
    if styles & (BROAD | UNSAFE):
        return 0
    return 10 if default == ["'none'"] else 5


def _cookies(page: Answer) -> int:
    cookies = page.cookies
    if not cookies:
        return 0
    worst = 5
    for name, morsel in cookies.items():
        is_session = "sess" in name or "login" in name
        if not morsel["secure"]:
            worst = min(worst, -40 if is_session else -20)
        if is_session and not morsel["httponly"]:
            worst = min(worst, -30)
        if not morsel["samesite"]:
            worst = min(worst, -20 if "csrf" in name else 0)
    return worst


def _resource_policy(page: Answer) -> int:
    points = {"same-origin": 10, "same-site": 10, "cross-origin": 0}
    values = page.all("cross-origin-resource-policy")
    return points.get(values[0], -5) if values else 0


def _redirection(by_http: Answer) -> int:
    target = (by_http.all("location") or [""])[0]
    return 0 if by_http.status in (301, 302, 307, 308) and target.startswith("https://") else -20


def _referrer(page: Answer) -> int:
    private = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    values = page.all("referrer-policy")
    return (5 if values[0] in private else -5) if values else 0


def _transport(page: Answer) -> int:
    values = page.all("strict-transport-security")
    age = re.match(r"max-age=(\d+)", values[0]) if len(values) == 1 else None
    return (0 if int(age[1]) >= HALF_A_YEAR else -10) if age else -20


def _scripts(page: Answer) -> int:
    """Ours need no digest: they come from where the page comes from."""
    sources = re.findall(r'<script[^>]* src="([^"]*)"', page.body)
    foreign = [source for source in sources if not re.match(r"/(?!/)", source)]
    if any(not source.startswith("https://") for source in foreign):
        return -50
    return -5 if foreign else 0


def _frames(page: Answer) -> int:
    if "frame-ancestors" in (page.policy if page.all("content-security-policy") else {}):
        return 5
    return 0 if page.all("x-frame-options") in (["DENY"], ["SAMEORIGIN"]) else -20
