"""What we know, what it is worth to those who read it, and what can be wrong."""

from knowledge.models.articles import Article, ArticleQuerySet, Revision
from knowledge.models.faults import FaultCode, PossibleCause, Symptom
from knowledge.models.reading import Gap, Improvement, Rating

__all__ = [
    "Article",
    "ArticleQuerySet",
    "FaultCode",
    "Gap",
    "Improvement",
    "PossibleCause",
    "Rating",
    "Revision",
    "Symptom",
]
