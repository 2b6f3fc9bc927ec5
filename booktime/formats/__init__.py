"""How dates and times are written, a folder for each language.

Templates and main/wording/dates.py name a format and never spell one; each language has all.
"""
