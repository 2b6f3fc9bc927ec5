"""What the consumers are made of."""
