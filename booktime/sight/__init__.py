"""What is told of the shop: log lines, errors, metrics; and of nobody."""
