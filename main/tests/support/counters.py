"""The figures that a running shop counts, as tests read them."""

from booktime.sight import metrics


def count(name: str, **labels: str) -> float:
    """Of this process, since it began; 0 if nothing was counted."""
    return metrics.registry.get_sample_value(f"booktime_{name}", labels) or 0
