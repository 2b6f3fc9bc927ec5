"""A shop of the release before, made and recorded by its own code, to compare ours with.

`shop.py` and `pages.py` are programs: they run in a folder that holds that release, and `pages.py`
in ours as well. So they import nothing of ours, and ask for no more than both have.
"""
