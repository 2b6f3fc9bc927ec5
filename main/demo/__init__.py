"""The demo shop: made up customers and drawn books, for development only."""
