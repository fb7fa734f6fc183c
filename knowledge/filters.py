from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crmservice.web.filters import DeskFilterSet
from knowledge.choices import Audience, Status
from knowledge.models import Article, FaultCode


class ArticleFilterSet(DeskFilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[
            *Status.choices,
            ("recheck", _("Due for re-check")),
            ("improve", _("To be bettered")),
        ],
        method="by_status",
    )
    audience = django_filters.ChoiceFilter(label=_("Audience"), choices=Audience.choices)
    fault_code = django_filters.ModelChoiceFilter(
        label=_("Fault code"),
        field_name="fault_codes",
        to_field_name="code",
        queryset=FaultCode.objects.all(),
    )
    language = django_filters.ChoiceFilter(
        label=_("Language"), choices=[("zh", "中文"), ("en", "English")]
    )
    model = django_filters.CharFilter(label=_("Model"), field_name="asset_models__code")
    author = django_filters.CharFilter(
        label=_("Author (employee number)"), field_name="author__employee_no", lookup_expr="iexact"
    )
    by = django_filters.CharFilter(method="written_or_reviewed", widget=forms.HiddenInput)

    class Meta:
        model = Article
        fields: tuple[str, ...] = ()

    def written_or_reviewed(self, articles: QuerySet[Article], _name: str, value: str) -> Any:
        return articles.filter(Q(author__employee_no=value) | Q(reviewer__employee_no=value))

    def by_status(self, articles: QuerySet[Article], _name: str, value: str) -> Any:
        if value == "recheck":
            return articles.due_for_recheck(timezone.localdate())  # type: ignore[attr-defined]
        if value == "improve":
            return articles.to_improve()  # type: ignore[attr-defined]
        return articles.filter(status=value)
