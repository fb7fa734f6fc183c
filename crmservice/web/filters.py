"""The filters of a list page: django-filter with the desk's look."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet


class DeskFilterSet(FilterSet):
    """Each field looks like the desk's; a choice that is not made says that all are shown."""

    @property
    def form(self) -> Any:
        form = super().form
        for field in form.fields.values():
            is_choice = isinstance(field.widget, forms.Select)
            field.widget.attrs.setdefault("class", "form-select" if is_choice else "form-control")
            if is_choice and getattr(field, "empty_label", None) is not None:
                field.empty_label = _("All")
            if isinstance(field, forms.DateField):
                field.widget.input_type = "date"
        return form
