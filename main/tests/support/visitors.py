"""Somebody else at the database, who holds what a test is to meet: PostgreSQL only."""

import psycopg
from django.db import connection


def somebody_else(*, patience: float = 0) -> psycopg.Connection:
    """A connection of its own, which waits for a lock so many seconds (0: for ever)."""
    settings = connection.settings_dict
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    words = {word: settings[name] for name, word in names.items()} | {"dbname": settings["NAME"]}
    return psycopg.connect(**words, options=f"-c lock_timeout={int(patience * 1000)}")
