"""A bare Django list of books to compare the shop's pages with: no shop logic, the same rows."""
