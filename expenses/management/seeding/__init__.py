"""A made-up company of any size, to look at and to measure on (manage.py seed)."""
