"""What serves the shop around Django: threads, draining, static files and headers."""
