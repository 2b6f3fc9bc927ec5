"""The codes with which sockets are closed: the shop's own (docs/conversation.md), and others'."""

SIGN_IN, FORBIDDEN = 4001, 4003
TOO_SLOW, TOO_FAST, RESTARTING, OLD_PROTOCOL = 4008, 4009, 4012, 4015
OURS = {SIGN_IN, FORBIDDEN, TOO_SLOW, TOO_FAST, RESTARTING, OLD_PROTOCOL}
# By these an application learns that the server stops: from our drain, and from uvicorn.
RESTARTS = {RESTARTING, 1012}
# Given by browsers and servers: a normal end, a page left, none, a connection lost, too large, a
# fault, a restart.
KNOWN = OURS | {1000, 1001, 1005, 1006, 1009, 1011, 1012}
