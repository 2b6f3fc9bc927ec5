"""What runs the shop: threads, draining, static files and headers, above Django."""
