"""The filters of a list page: django-filter with the desk's look."""

from collections.abc import Callable
from copy import copy
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, Filter, FilterSet, ModelChoiceFilter
from django_filters.conf import settings as defaults


def seen(model: type[Any]) -> Callable[[Any], QuerySet[Any]]:
    """The rows of `model` that the reader sees, for a `ModelChoiceFilter`: a choice that is named
    by a link is shown by its name (S-05).
    """
    return lambda request: model.objects.visible_to(request.user)


class Shared(dict[str, Filter]):
    """The filters of a class of filter sets. django-filter copies them for each list with all that
    they know; what is one set's own is what it asks its fields with, and whose method it calls.
    """

    def __deepcopy__(self, _memo: Any) -> dict[str, Filter]:
        return {name: own(each) for name, each in self.items()}


def own(shared: Filter) -> Filter:
    """A copy that shares nothing but its choices, which nobody changes."""
    each = copy(shared)
    each.extra = dict(shared.extra)
    each.method = shared.method  # bound to the copy, not to what it was copied from
    return each


class DeskFilterSet(FilterSet):
    """Each field looks like the desk's; a choice that is not made says that all are shown."""

    @classmethod
    def get_filters(cls) -> Shared:
        found = Shared(super().get_filters())
        for each in found.values():
            if isinstance(each, ChoiceFilter | ModelChoiceFilter):
                label = each.extra.get("empty_label", defaults.EMPTY_CHOICE_LABEL)
                is_plain = label == defaults.EMPTY_CHOICE_LABEL
                each.extra["empty_label"] = _("All") if is_plain else label
        return found

    @property
    def form(self) -> Any:
        """With the filters' own fields: a class of forms made for each list would copy them."""
        if not hasattr(self, "_form"):
            data = self.data if self.is_bound else None
            self._form = self._meta.form(data, prefix=self.form_prefix)
            self._form.fields = {name: dressed(each.field) for name, each in self.filters.items()}
        return self._form


def dressed(field: forms.Field) -> forms.Field:
    is_choice = isinstance(field.widget, forms.Select)
    field.widget.attrs.setdefault("class", "form-select" if is_choice else "form-control")
    if isinstance(field, forms.DateField) and not field.widget.is_hidden:
        field.widget.input_type = "date"
    return field
