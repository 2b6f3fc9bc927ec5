"""A guest and the office talk over wss; the stream reaches customer service unbuffered."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from websockets.asyncio.client import connect

from rehearsal.host import Host
from rehearsal.walk_browser import LOOPBACK, Browser, expect, trusting
from rehearsal.walk_purchase import Bought

QUESTION = "Does the heron on page nine have a name?"
ANSWER = "He goes by Aurelian, and he signs for parcels."
AT_ONCE = 3.0  # seconds; if nginx buffered, it would come when the buffer is full, or never


def talk(host: Host, staff: Browser, bought: Bought) -> str:
    """Messages are sent once, acknowledged, and shown to both with the same numbers."""
    heads = asyncio.run(_talk(host, staff, bought))
    bought.private += [QUESTION, ANSWER]
    return f"2 messages over wss, the last number {heads}"


async def _talk(host: Host, staff: Browser, bought: Bought) -> int:
    async with (
        open_wire(host, bought.order_id, bought.browser) as customer,
        open_wire(host, bought.order_id, staff) as office,
    ):
        for wire in (customer, office):
            await wire.say("hello", after=0)
            await wire.expect("welcome")
        seqs = []
        for speaker, listener, text in (
            (customer, office, QUESTION),
            (office, customer, ANSWER),
        ):
            cid = str(uuid.uuid4())
            await speaker.say("send", cid=cid, text=text)
            seq = (await speaker.expect("ack"))["seq"]
            heard = await _hear(listener, seq)
            expect(heard == {"cid": cid, "text": text}, f"the other side was shown {heard}")
            seqs.append(seq)
    expect(seqs[1] == seqs[0] + 1, f"the numbers are {seqs}")
    return seqs[1]


async def _hear(wire: Any, seq: int) -> dict[str, str]:
    while True:
        for item in (await wire.expect("messages"))["items"]:
            if item["seq"] == seq:
                return {"cid": item["cid"], "text": item["text"]}


@asynccontextmanager
async def open_wire(host: Host, order_id: int, browser: Browser) -> AsyncIterator[Any]:
    """The tests' own wire, on a socket through nginx with the browser's cookies."""
    from main.tests.support.chat_client import PATH, Wire

    async with connect(
        f"wss://{host.domain}:{host.port}{PATH.format(order_id)}",
        ssl=trusting(host),
        host=LOOPBACK,
        port=host.port,
        origin=host.url,  # type: ignore[arg-type]  # a NewType of websockets'
        additional_headers={"Cookie": browser.cookie_header()},
        proxy=None,
    ) as connection:
        yield Wire(connection)


def stream(host: Host, staff: Browser, bought: Bought) -> str:
    """The open stream announces a message that was sent by the form without JavaScript."""
    path = "/customer-service/notify/"
    extensions = {"sni_hostname": host.domain}
    began = time.monotonic()
    with staff.http.stream("GET", path, extensions=extensions) as answer:
        expect(answer.status_code == HTTPStatus.OK, f"the stream answers {answer.status_code}")
        events = _events(answer.iter_lines())
        _wait_for(events, "snapshot", bought.order_id)
        first = time.monotonic() - began
        _say_by_form(bought)
        said = time.monotonic()
        _wait_for(events, "upsert", bought.order_id)
        took = time.monotonic() - said
    expect(first < AT_ONCE and took < AT_ONCE, f"snapshot {first:.1f} s, news {took:.1f} s")
    return f"snapshot after {first * 1000:.0f} ms, news after {took * 1000:.0f} ms"


def _say_by_form(bought: Bought) -> None:
    path = f"/orders/{bought.order_id}/conversation/"
    text = "And does he read?"
    answer = bought.browser.send(path, bought.browser.open(path).form("cid"), text=text)
    expect(text in answer.text, "the conversation's page does not show what was said")
    bought.private.append(text)


def _events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """Name and data of each event, as an EventSource reads them."""
    name, data = "", ""
    for line in lines:
        key, _, value = line.partition(": ")
        if key == "event":
            name = value
        elif key == "data":
            data += value
        elif not line and data:
            yield name, json.loads(data)
            name, data = "", ""


def _wait_for(events: Iterator[tuple[str, Any]], wanted: str, order_id: int) -> None:
    """An event of this name; an `upsert` of this order."""
    until = time.monotonic() + 20  # a comment comes every 15 s, so this is checked again
    for name, data in events:
        if name == wanted and (name == "snapshot" or data["order"] == order_id):
            return
        expect(time.monotonic() < until, f"the stream told of no {wanted}")
    raise AssertionError(f"the stream ended before it told of any {wanted}")
