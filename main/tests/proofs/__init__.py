"""What proves more by its length: `bin/prove` lists, and runs, each module here by its name.

A proof is a test of bin/test with greater numbers: a subclass of a case that stands in test_*.py,
reached through its module, so that bin/test keeps a small case and its negative control. It runs on
PostgreSQL and Redis, and on SQLite as well where it is tagged "sqlite".
"""
