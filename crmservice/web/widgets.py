"""Choices that are found by typing, for tables too long to be written into a page.

    supplier = forms.ModelChoiceField(Customer.objects.none(), widget=SearchSelect("customers:options"))

The form sets the field's queryset to what the person may see. Only what is chosen now becomes an option; the
rest is asked for by static/js/form.js, which expects `[{"value": pk, "text": …, "hint": …}]`.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse


class Searched:
    """What both kinds of select share: the address to ask, and only the chosen options."""

    def __init__(
        self,
        url_name: str,
        *,
        along: str = "",
        preload: bool = False,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        """`along` names other fields of the form that narrow the choice; `preload` asks on focus, before typing."""
        words = {"data-search": "yes", **(attrs or {})}
        if along:
            words["data-with"] = along
        if preload:
            words["data-preload"] = "yes"
        super().__init__(attrs=words)  # type: ignore[call-arg]  # a mixin of forms.Select
        self.url_name = url_name

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        asked = {**(attrs or {}), "data-url": reverse(self.url_name)}
        return super().get_context(name, value, asked)  # type: ignore[misc,no-any-return]

    def optgroups(
        self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None
    ) -> list[Any]:
        choices = self.choices  # type: ignore[has-type]
        field = getattr(choices, "field", None)
        if field is not None:
            chosen = [pk for pk in value if str(pk).isdecimal()]
            rows = choices.queryset.filter(pk__in=chosen) if chosen else []
            options = [(row.pk, field.label_from_instance(row)) for row in rows]
            self.choices = options if self.allow_multiple_selected else [("", ""), *options]  # type: ignore[attr-defined]
        try:
            return super().optgroups(name, value, attrs)  # type: ignore[misc,no-any-return]
        finally:
            self.choices = choices


class SearchSelect(Searched, forms.Select):
    """One row."""


class SearchSelectMultiple(Searched, forms.SelectMultiple):
    """Several rows."""
