"""How dates and times are shown, where a template says nothing of its own."""
