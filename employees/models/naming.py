"""What has a name in both languages."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crmservice.web.text import in_language


class InBothLanguages(models.Model):
    """Something with a name in both languages, shown in the reader's."""

    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self.names)

    @property
    def names(self) -> dict[str, str]:
        """Both names, as the trail keeps them."""
        return {"en": self.name_en or self.name_zh, "zh": self.name_zh or self.name_en}


class Named(InBothLanguages):
    """A catalogue entry with a code of its own."""

    code = models.CharField(_("code"), max_length=40, unique=True)

    class Meta:
        abstract = True
        ordering = ("code",)
