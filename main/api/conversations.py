"""The conversation about an order over plain HTTP: read, send, mark as read, get a ticket."""

from http import HTTPStatus
from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotAuthenticated, PermissionDenied, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from main.actions.conversations import mark_read, post_message
from main.api.conversation_fields import (
    ChatTicketSerializer,
    HistorySerializer,
    KeySerializer,
    NewMessageSerializer,
    PostedSerializer,
    ReadSerializer,
    StretchSerializer,
)
from main.api.errors import MessageInvalid
from main.api.fields import ORDER_ID
from main.api.queries import KnownQuery
from main.api.throttles import GuestThrottle, UserThrottle
from main.api.views import NeverCached
from main.conversation_access import participant_in, person_of
from main.gateways import rates
from main.models import ChatTicket, Participant
from main.models.chat_tickets import TICKET_LASTS
from main.reports import conversations
from main.wording.messages import message_item

ORDER = OpenApiParameter("order_id", ORDER_ID, OpenApiParameter.PATH)
KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    required=True,
    description="Your own UUID for this message: however often it is sent, it is stored once.",
)


@extend_schema(tags=["Conversations"], parameters=[ORDER])
class ConversationView(KnownQuery, NeverCached):
    """For the order's customer, a guest whose session opened it, and customer service."""

    permission_classes = [AllowAny]
    throttle_classes = [GuestThrottle, UserThrottle]

    def participant(self, request: Request, order_id: int) -> Participant:
        participant = participant_in(order_id, request)
        if participant:
            return participant
        raise Http404 if request.user.is_authenticated else NotAuthenticated


class MessagesView(ConversationView):
    problems = {
        "GET": {HTTPStatus.BAD_REQUEST},
        "POST": {HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT},
    }

    @extend_schema(
        operation_id="list_messages",
        summary="Read the conversation",
        parameters=[HistorySerializer],
        responses=StretchSerializer,
    )
    def get(self, request: Request, order_id: int) -> Response:
        """The last messages, those `before` or `after` a number, or those between two.

        Always in the order of `seq`. `more` means that there are further ones in that direction.
        """
        me = self.participant(request, order_id)
        stretch = _stretch(order_id, **_checked(HistorySerializer, request.query_params.dict()))
        answer = {
            "head": stretch.head,
            "items": stretch.items,
            "more": stretch.more,
            "reads": stretch.reads,
            "me": {"who": me.who, "name": me.name, "role": str(me.role)},
        }
        return Response(answer)

    @extend_schema(
        operation_id="send_message",
        summary="Say something",
        parameters=[KEY],
        request=NewMessageSerializer,
        responses={
            201: OpenApiResponse(PostedSerializer, description="It is stored."),
            200: OpenApiResponse(PostedSerializer, description="It was stored before."),
        },
    )
    def post(self, request: Request, order_id: int) -> Response:
        """Stores the message once, however often it is sent with the same `Idempotency-Key`."""
        author = self.participant(request, order_id)
        key = _checked(KeySerializer, {KEY.name: request.headers.get(KEY.name)}, code="bad_cid")
        message = _checked(NewMessageSerializer, request.data, code="bad_text")
        _count(order_id, author)
        posted = post_message(order_id=order_id, author=author, cid=key[KEY.name], **message)
        status = HTTPStatus.OK if posted.is_repeat else HTTPStatus.CREATED
        return Response(message_item(posted.message) | {"dup": posted.is_repeat}, status=status)

    def _known_parameters(self) -> set[str]:
        return {"after", "before", "limit"} if self.request.method == "GET" else set()


class ReadView(ConversationView):
    problems = {"PUT": {HTTPStatus.FORBIDDEN}, "POST": {HTTPStatus.FORBIDDEN}}

    @extend_schema(
        operation_id="mark_messages_read",
        summary="Say what was read",
        request=ReadSerializer,
        responses=ReadSerializer,
    )
    def put(self, request: Request, order_id: int) -> Response:
        """The last message that was shown to a person. It never goes back."""
        reader = self.participant(request, order_id)
        upto = _checked(ReadSerializer, request.data)["upto"]
        return Response({"upto": mark_read(order_id=order_id, reader=reader, upto=upto)})

    @extend_schema(
        operation_id="mark_messages_read_by_post",
        summary="Say what was read, as a form can",
        request=ReadSerializer,
        responses=ReadSerializer,
    )
    def post(self, request: Request, order_id: int) -> Response:
        """The same as PUT."""
        return self.put(request, order_id)


class ChatTicketView(ConversationView):
    problems = {"POST": {HTTPStatus.FORBIDDEN}}

    @extend_schema(
        operation_id="get_chat_ticket",
        summary="A ticket for the socket",
        request=None,
        responses={201: ChatTicketSerializer},
    )
    def post(self, request: Request, order_id: int) -> Response:
        """A ticket that opens this conversation's WebSocket once, as `ticket` in its first frame.

        The socket lasts no longer than the token with which the ticket was requested.
        """
        me = self.participant(request, order_id)
        # By session there is no token, and `auth` is None.
        if request.auth is None and (me.is_staff or not request.user.is_authenticated):
            # A ticket cannot hold what a session does: orders opened, and how staff signed in.
            raise PermissionDenied("Your own session opens the socket: it needs no ticket.")
        token = request.auth.digest if request.auth else ""
        ticket = ChatTicket.objects.give(
            user_id=request.user.pk, order_id=order_id, token_digest=token
        )
        answer = {"ticket": ticket, "expires_in": int(TICKET_LASTS.total_seconds())}
        return Response(answer, status=HTTPStatus.CREATED)


def _checked(serializer: type, sent: Any, *, code: str = "") -> dict[str, Any]:
    """Raise with the `code` with which a socket would refuse it."""
    checked = serializer(data=sent)
    if code and not checked.is_valid():
        raise MessageInvalid(checked.errors, code=code)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def _count(order_id: int, author: Participant) -> None:
    """Count it among the person's messages through all doors; other requests count elsewhere."""
    if wait := rates.take_send_from_thread(person_of(author, order_id)):
        raise Throttled(wait)


def _stretch(
    order_id: int, *, limit: int, after: int | None = None, before: int | None = None
) -> conversations.Stretch:
    if after is not None:
        return conversations.read_after(order_id, after, before=before, limit=limit)
    if before is not None:
        return conversations.read_before(order_id, before, limit=limit)
    return conversations.read_latest(order_id, limit=limit)
