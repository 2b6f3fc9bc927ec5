"""Every live push, a function each: nudges that say where to look, and hold nothing themselves.

Each names the conversation or session meant: a process has one ear for all its sockets.

Lost, doubled and reordered nudges do no harm: who gets one reads the database, and who gets none
learns of it from the next heartbeat.
"""

from main.gateways import layer


def conversation_group(order_id: int) -> str:
    return f"conversation.{order_id}"


def session_group(digest: str) -> str:
    return f"session.{digest}"


DESK = "desk"


def send_conversation_head(*, order_id: int, seq: int) -> None:
    """To everyone in the conversation: it is at `seq`."""
    message = {"type": "conversation.head", "order_id": order_id, "seq": seq}
    layer.publish(conversation_group(order_id), message)


def send_read(*, order_id: int, who: str, upto: int) -> None:
    message = {"type": "conversation.read", "order_id": order_id, "who": who, "upto": upto}
    layer.publish(conversation_group(order_id), message)


def send_conversation_changed(*, order_id: int) -> None:
    """To staff in the conversation: who looks after it, or whether it is closed, changed."""
    message = {"type": "conversation.changed", "order_id": order_id}
    layer.publish(conversation_group(order_id), message)


def send_desk_changed(*, order_id: int) -> None:
    """To customer service's list: look at this conversation again."""
    layer.publish(DESK, {"type": "desk.changed", "order_id": order_id})


def send_session_ended(*, digest: str) -> None:
    """To the sockets of one session: ask at once whether they may still be here."""
    layer.publish(session_group(digest), {"type": "session.ended", "digest": digest})
