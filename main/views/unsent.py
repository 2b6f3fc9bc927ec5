"""Text typed before a session ended: kept while signing in, and shown again.

For pages without JavaScript; the component keeps unsent text in the browser.
"""

from datetime import datetime
from uuid import uuid4

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from main.forms.conversations import MessageForm
from main.models import Message, Participant

_UNSENT = "unsent"
_LONGEST = 16_000  # characters kept in the session: four times what may be sent


def keep_unsent(request: HttpRequest, order_id: int) -> None:
    """Keep the last message that somebody sent who has to sign in first."""
    text = request.POST.get("text", "")
    if request.method != "POST" or not text.strip():
        return
    form = MessageForm(request.POST)
    form.is_valid()
    request.session[_UNSENT] = {
        "order": order_id,
        "text": text[:_LONGEST],
        "cid": str(form.cleaned_data.get("cid") or uuid4()),
        "at": timezone.now().isoformat(),
    }


def unsent_form(request: HttpRequest, order_id: int, author: Participant) -> MessageForm | None:
    """A form with the kept text; None once it was sent or its author has said something else."""
    kept = request.session.get(_UNSENT)
    if not kept or kept["order"] != order_id:
        return None
    since = Q(at__gte=datetime.fromisoformat(kept["at"])) | Q(cid=kept["cid"])
    if Message.objects.of(order_id).said_by(author).filter(since).exists():
        del request.session[_UNSENT]
        return None
    # With its original key, so that it is stored once, however often it is sent.
    form = MessageForm(initial={"text": kept["text"], "cid": kept["cid"]})
    form.was_kept = True
    return form
