"""The three admin sites, by audience: the owners', the central office's, dispatch's."""

from main.admin import dispatch, office, owner  # noqa: F401
