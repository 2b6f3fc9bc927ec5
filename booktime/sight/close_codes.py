"""The close codes of sockets: the shop's own (docs/conversation.md) and the standard ones."""

SIGN_IN, FORBIDDEN = 4001, 4003
TOO_SLOW, TOO_FAST, RESTARTING, OLD_PROTOCOL = 4008, 4009, 4012, 4015
OURS = {SIGN_IN, FORBIDDEN, TOO_SLOW, TOO_FAST, RESTARTING, OLD_PROTOCOL}
# These tell an application that the server is stopping: from our drain, and from uvicorn.
RESTARTS = {RESTARTING, 1012}
# From browsers and servers: normal end, page left, no code, connection lost, message too large,
# server error, restart.
KNOWN = OURS | {1000, 1001, 1005, 1006, 1009, 1011, 1012}
