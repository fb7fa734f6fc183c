"""Choices among many rows: the page carries the chosen ones, form.js asks for others while typing.

    supplier = ModelChoiceField(Customer.objects.none(), widget=SearchSelect("customers:options"))

The form sets the field's queryset to what the person may see (S-07); the view behind `url_name`
reads `typed` and answers with `options`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, JsonResponse
from django.urls import reverse

MOST_OPTIONS = 20
LONGEST_TEXT = 200
LONGEST_KEY = 19


class SearchSelect(forms.Select):
    """A select that never lists its rows (ux.md: no select of more than 200).

    `sends` names fields of the same form whose values go with the question; `preload` asks as soon
    as the field has the focus.
    """

    def __init__(
        self,
        url_name: str,
        *,
        sends: Sequence[str] = (),
        preload: bool = False,
        attrs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(attrs)
        self.url_name = url_name
        self.sends = sends
        self.preload = preload

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        told = {"data-search": True, "data-url": reverse(self.url_name), **(attrs or {})}
        if self.sends:
            told["data-with"] = " ".join(self.sends)
        if self.preload:
            told["data-preload"] = True
        return super().get_context(name, value, told)

    def optgroups(
        self, name: str, value: list[Any], attrs: dict[str, Any] | None = None
    ) -> list[Any]:
        """Only what is chosen, and the blank; nonsense chooses nothing."""
        del attrs
        choices: Any = self.choices
        chosen = [str(key) for key in value if str(key)]
        shown: list[tuple[Any, str]] = [] if self.allow_multiple_selected else [("", "")]
        if hasattr(choices, "queryset"):
            shown += labelled(choices, chosen)
        return [
            (None, [self.create_option(name, key, label, str(key) in chosen, at)], at)
            for at, (key, label) in enumerate(shown)
        ]


class SearchSelectMultiple(SearchSelect, forms.SelectMultiple):
    """The same for several."""


def labelled(choices: Any, chosen: list[str]) -> list[tuple[Any, str]]:
    """Key and label of the chosen rows of a ModelChoiceIterator; none for nonsense."""
    field = choices.field
    key = field.to_field_name or "pk"
    if key == "pk":
        chosen = [each for each in chosen if is_key(each)]
    rows = choices.queryset.filter(**{f"{key}__in": chosen}) if chosen else []
    return [(field.prepare_value(row), field.label_from_instance(row)) for row in rows]


def typed(request: HttpRequest) -> str:
    """What was typed into such a field, without what no database takes."""
    text = request.GET.get("q", "")[:LONGEST_TEXT].replace("\x00", "").strip()
    return text.encode("utf-8", "replace").decode()


def chosen(request: HttpRequest, name: str) -> int | None:
    """The key that another field of the form sends along; None for nonsense."""
    text = request.GET.get(name, "")
    return int(text) if is_key(text) else None


def is_key(text: str) -> bool:
    """Whether it can be the key of a row."""
    return text.isdecimal() and len(text) < LONGEST_KEY


def options(rows: Iterable[tuple[object, str, str]]) -> JsonResponse:
    """The answer to such a field: value, text and hint of each row."""
    shown = [{"value": str(value), "text": text, "hint": hint} for value, text, hint in rows]
    return JsonResponse(shown, safe=False)
