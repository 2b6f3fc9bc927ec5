"""A crowd at the shop, in its own process: visitors, buyers and people who talk.

    python -m rehearsal.load_crowd <where the shop is, in JSON>

Prints lines of JSON: `ready` once everyone is in. It then runs until its standard input ends, waits
until all messages have arrived, and prints what happened. It uses the shop's own database to create
its people and to compare what was stored with what was shown.
"""

import asyncio
import json
import os
import sys


def main() -> None:
    where = json.loads(sys.argv[1])
    os.environ["DJANGO_SETTINGS_MODULE"] = "booktime.settings"
    import logging

    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    from rehearsal.load_rooms import TlsRoom, make_rooms

    rooms: list[TlsRoom] = make_rooms(where["rooms"], where)
    results = asyncio.run(_live(where, rooms))
    results["problems"] = [problem for room in rooms for problem in room.problems()]
    results["lost_orders"] = _lost_orders(results.pop("orders"))
    _print(results)


def _print(what: dict) -> None:
    print(json.dumps(what), flush=True)


async def _live(where: dict, rooms: list) -> dict:
    """Everyone comes in and stays until the input ends; then all messages arrive."""
    from rehearsal.load_pages import Visitors
    from rehearsal.load_rooms import Talk

    visitors, talk = Visitors(where), Talk(rooms, every=where["every"])
    await talk.come_in()
    coming = asyncio.create_task(visitors.keep_coming())
    _print({"ready": True, "sockets": 2 * len(rooms)})
    speaking = asyncio.create_task(talk.speak())
    await asyncio.to_thread(sys.stdin.read)
    visitors.is_over = talk.is_over = True
    await coming
    await speaking
    settled = await talk.come_to_rest(where["rest"])
    return visitors.results() | talk.results() | {"settled": settled}


def _lost_orders(thanked: dict[str, str]) -> list[str]:
    """Buyers who were thanked but have no order, or more than one."""
    from main.models import Order

    found = []
    for email, number in thanked.items():
        stored = [str(pk) for pk in Order.objects.filter(email=email).values_list("pk", flat=True)]
        if stored != [number]:
            found.append(f"thanked for {number}, stored {stored}")
    return found


if __name__ == "__main__":
    main()
