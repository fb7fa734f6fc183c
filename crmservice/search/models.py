"""The one table of everything that can be found; its index lives beside it (see `schema`)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """How one object is found and shown. The columns of tokens feed the database's text index.

    `scope` holds tokens that no typed text can become (they begin with "="): the kind, and who may
    see the object. Whoever alters this table on SQLite must install the triggers of `schema` again,
    because Django then makes the table anew.
    """

    kind = models.CharField(_("kind"), max_length=50)
    object_id = models.BigIntegerField(_("object"))
    title = models.CharField(_("title"), max_length=200)
    subtitle = models.CharField(_("subtitle"), max_length=300, blank=True)
    url = models.CharField(_("address"), max_length=300)
    badge = models.CharField(_("badge"), max_length=50, blank=True)
    rank_at = models.DateTimeField(_("date of reference"))
    tokens_a = models.TextField(_("names and numbers"), blank=True)
    tokens_b = models.TextField(_("text"), blank=True)
    scope = models.TextField(_("who may see it"), blank=True)

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"], name="search_has_one_entry_for_an_object"
            ),
        ]

    def __str__(self) -> str:
        return self.title
