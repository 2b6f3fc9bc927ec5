"""Observability: log lines, errors and metrics, without anybody's personal data."""
