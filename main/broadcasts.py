"""Every live push, a function each: nudges that say where to look, and hold nothing themselves.

Each names the conversation or session meant: a process has one ear for all its sockets.

Lost, doubled and reordered nudges do no harm: who gets one reads the database, and who gets none
learns of it from the next heartbeat.
"""

from main.gateways import nudges


def conversation_group(order_id: int) -> str:
    return f"conversation.{order_id}"


def session_group(digest: str) -> str:
    return f"session.{digest}"


# The group and its messages keep their first names: during a push both releases hear them.
CUSTOMER_SERVICE = "desk"


def send_conversation_head(*, order_id: int, seq: int) -> None:
    """To everyone in the conversation: it is at `seq`."""
    message = {"type": "conversation.head", "order_id": order_id, "seq": seq}
    nudges.publish(conversation_group(order_id), message)


def send_read(*, order_id: int, who: str, upto: int) -> None:
    message = {"type": "conversation.read", "order_id": order_id, "who": who, "upto": upto}
    nudges.publish(conversation_group(order_id), message)


def send_conversation_changed(*, order_id: int) -> None:
    """To staff in the conversation: who is looking after it, or whether it is closed, changed."""
    message = {"type": "conversation.changed", "order_id": order_id}
    nudges.publish(conversation_group(order_id), message)


def send_customer_service_changed(*, order_id: int) -> None:
    """To customer service's streams: look at this conversation again."""
    nudges.publish(CUSTOMER_SERVICE, {"type": "desk.changed", "order_id": order_id})


def send_session_ended(*, digest: str) -> None:
    """To the sockets of one session: ask at once whether they may still be here."""
    nudges.publish(session_group(digest), {"type": "session.ended", "digest": digest})
