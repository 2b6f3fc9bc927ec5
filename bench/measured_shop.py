"""The environment of a shop that is measured: as in production, but without HTTPS and Redis."""

ENVIRONMENT = {
    "ENV_FILE": "",
    "REDIS_URL": "",
    "DEBUG": "false",
    "SECURE": "false",
    "STAFF_SECOND_FACTOR": "false",
    "ALLOWED_HOSTS": "testserver",
    "SECRET_KEY": "only-for-measuring-" * 4,
}
