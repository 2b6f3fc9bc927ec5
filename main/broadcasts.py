"""All live pushes, one function each: nudges that say where to look and hold no data themselves.

Each names its conversation, session or person, since all sockets of a process share one channel.

Lost, duplicate and reordered nudges do no harm: receivers read the database, and whoever misses
one catches up at the next heartbeat.
"""

from main.gateways import nudges


def conversation_group(order_id: int) -> str:
    return f"conversation.{order_id}"


def session_group(digest: str) -> str:
    return f"session.{digest}"


def person_group(user_id: int) -> str:
    return f"person.{user_id}"


# The group and its messages keep their old names: during a push both releases use them.
CUSTOMER_SERVICE = "desk"


def send_conversation_head(*, order_id: int, seq: int) -> None:
    """To everyone in the conversation: its head is `seq`."""
    message = {"type": "conversation.head", "order_id": order_id, "seq": seq}
    nudges.publish(conversation_group(order_id), message)


def send_read(*, order_id: int, who: str, upto: int) -> None:
    message = {"type": "conversation.read", "order_id": order_id, "who": who, "upto": upto}
    nudges.publish(conversation_group(order_id), message)


def send_conversation_changed(*, order_id: int) -> None:
    """To staff in the conversation: its assignee, or whether it is closed, has changed."""
    message = {"type": "conversation.changed", "order_id": order_id}
    nudges.publish(conversation_group(order_id), message)


def send_guests_changed(*, order_id: int) -> None:
    """To guests in the conversation: check at once whether they may stay."""
    message = {"type": "conversation.guests", "order_id": order_id}
    nudges.publish(conversation_group(order_id), message)


def send_customer_service_changed(*, order_id: int) -> None:
    """To customer service's streams: look at this conversation again."""
    nudges.publish(CUSTOMER_SERVICE, {"type": "desk.changed", "order_id": order_id})


def send_session_ended(*, digest: str) -> None:
    """To the sockets of one session: check at once whether they may stay."""
    nudges.publish(session_group(digest), {"type": "session.ended", "digest": digest})


def send_rights_changed(*, user_id: int) -> None:
    """To the sockets of one user: check at once whether they may stay."""
    nudges.publish(person_group(user_id), {"type": "person.changed", "user_id": user_id})
