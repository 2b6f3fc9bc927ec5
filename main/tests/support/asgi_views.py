"""Small views that test_asgi.py asks for: slow, failing, streaming, and telling their thread.

Also an application of them for a server process: `main.tests.support.asgi_views:application`.
"""

import asyncio
import contextvars
import threading
import time
from pathlib import Path

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import get_script_prefix, path, set_urlconf
from django.utils import timezone, translation

CHUNKS = [f"line {number}\n" for number in range(500)]
mark: contextvars.ContextVar[str] = contextvars.ContextVar("mark", default="none")


class Stage:
    """What the views of one test wait for, and what they report."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)
        self.order: list[str] = []
        self.barrier = threading.Barrier(1)


stage = Stage()


def new_stage() -> Stage:
    global stage  # noqa: PLW0603 (the views of a server process have one, too)
    stage = Stage()
    return stage


def thread(request):
    time.sleep(0.005)
    return HttpResponse(str(threading.get_ident()))


def gated(request):
    stage.order.append(request.GET.get("name", ""))
    stage.entered.release()
    stage.gate.wait(10)
    return HttpResponse(str(threading.get_ident()))


def gated_stream(request):
    gated(request)
    return StreamingHttpResponse(iter(CHUNKS))


def together(request):
    stage.barrier.wait(0.5)
    return HttpResponse("all here")


def failing(request):
    raise ValueError("a view failed")


async def waiting(request):
    stage.entered.release()
    try:
        await asyncio.sleep(10)
    finally:
        stage.order.append("left")


async def async_thread(request):
    return HttpResponse(str(await sync_to_async(threading.get_ident)()))


def stream(request):
    return StreamingHttpResponse(iter(CHUNKS))


async def async_stream(request):
    """Each line tells its thread: one for the view and for all lines."""
    ident = await sync_to_async(threading.get_ident)()

    async def lines():
        for line in CHUNKS:
            if await sync_to_async(threading.get_ident)() == ident:
                yield line

    return StreamingHttpResponse(lines())


def endless(request):
    async def lines():
        try:
            while True:
                yield "more\n"
                await asyncio.sleep(0.005)
        finally:
            stage.order.append("closed")

    return StreamingHttpResponse(lines())


def endless_sync(request):
    def lines():
        try:
            while True:
                yield "more\n"
        finally:
            stage.order.append("closed")

    return StreamingHttpResponse(lines())


def this_file(request):
    return FileResponse(Path(__file__).open("rb"))


def upload(request):
    return HttpResponse(str(request.FILES["file"].size))


def state(request):
    return JsonResponse(
        {
            "language": translation.get_language(),
            "zone": timezone.get_current_timezone_name(),
            "mark": mark.get(),
            "prefix": get_script_prefix(),
            "resolver": bool(getattr(request, "urlconf", None)),
        }
    )


def leave_state(request):
    translation.activate("cy")
    timezone.activate("Pacific/Auckland")
    mark.set("left behind")
    set_urlconf("main.tests.nowhere")
    return HttpResponse("left")


def query(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return HttpResponse(str(cursor.fetchone()[0]))


def broken_query(request):
    """Leaves the connection with an aborted transaction, as careless code does."""
    connection.set_autocommit(False)
    try:
        connection.cursor().execute("SELECT nonsense FROM nowhere")
    except DatabaseError:
        return HttpResponse("broken")


def sleepy(request):
    time.sleep(0.3)
    return HttpResponse("slept")


def count_threads(request):
    names = [each.name for each in threading.enumerate()]
    return HttpResponse(str(sum(name.startswith("request-") for name in names)))


urlpatterns = [
    path("thread/", thread),
    path("gated/", gated),
    path("gated-stream/", gated_stream),
    path("together/", together),
    path("failing/", failing),
    path("waiting/", waiting),
    path("async-thread/", async_thread),
    path("stream/", stream),
    path("async-stream/", async_stream),
    path("endless/", endless),
    path("endless-sync/", endless_sync),
    path("file/", this_file),
    path("upload/", upload),
    path("state/", state),
    path("leave-state/", leave_state),
    path("query/", query),
    path("broken-query/", broken_query),
    path("sleepy/", sleepy),
    path("count-threads/", count_threads),
]


def __getattr__(name):
    """`application`, made only for the server that asks for it."""
    if name != "application":
        raise AttributeError(name)
    from django.conf import settings

    settings.ROOT_URLCONF = __name__
    from booktime.asgi import application

    return application
