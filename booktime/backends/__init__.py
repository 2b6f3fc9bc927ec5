"""Backends that the settings give to Django and Channels: database, cache, sessions ..."""
