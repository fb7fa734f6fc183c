"""The verbs of the work in words, and who hears of them."""

from dispatch.notices import goods, visits

__all__ = ["goods", "visits"]
