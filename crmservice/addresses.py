"""Addresses of records: they depend on nothing but what names the record, and a list says fifty."""

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=20_000)
def address(name: str, *of: str | int) -> str:
    """As Django's `reverse`, worked out once for each record that is often shown."""
    return reverse(name, args=of)
