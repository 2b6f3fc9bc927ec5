"""What the business does: one file a feature, one transaction an action."""
