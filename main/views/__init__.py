"""The pages of the shop: each reads the request, calls one action, shows the result."""
