"""The demo shop: invented customers and drawn books, for development only."""
