"""What the shop does: one file per feature, one transaction per action."""
