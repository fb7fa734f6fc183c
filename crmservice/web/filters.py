"""The filters of a list page: django-filter with the desk's look."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet, ModelChoiceFilter
from django_filters.conf import settings as defaults


def seen(model: type[Any]) -> Callable[[Any], QuerySet[Any]]:
    """The rows of `model` that the reader sees, for a `ModelChoiceFilter`: a choice that is named
    by a link is shown by its name (S-05).
    """
    return lambda request: model.objects.visible_to(request.user)


class DeskFilterSet(FilterSet):
    """Each field looks like the desk's; a choice that is not made says that all are shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in self.filters.values():
            if isinstance(each, ChoiceFilter | ModelChoiceFilter):
                label = each.extra.get("empty_label", defaults.EMPTY_CHOICE_LABEL)
                is_plain = label == defaults.EMPTY_CHOICE_LABEL
                each.extra["empty_label"] = _("All") if is_plain else label

    @property
    def form(self) -> Any:
        form = super().form
        for field in form.fields.values():
            is_choice = isinstance(field.widget, forms.Select)
            field.widget.attrs.setdefault("class", "form-select" if is_choice else "form-control")
            if isinstance(field, forms.DateField) and not field.widget.is_hidden:
                field.widget.input_type = "date"
        return form
