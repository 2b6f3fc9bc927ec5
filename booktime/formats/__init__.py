"""How dates and times are written, one folder per language.

Templates and main/wording/dates.py use formats by name only; each language defines all of them.
"""
