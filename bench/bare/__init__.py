"""A bare Django list of books, the measure for the shop's pages: no shop logic, the same rows."""
