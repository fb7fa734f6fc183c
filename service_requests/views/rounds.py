"""Quarterly surveys of a sample, and what customers are asked."""

from typing import Any

from django.contrib import messages
from django.db.models import Avg, Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from crmservice.activity.trail import timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.text import label_of, moment
from service_requests import actions, queries
from service_requests.choices import DETRACTOR
from service_requests.filters import RoundSurveyFilterSet
from service_requests.forms.surveys import DimensionForm, RoundForm, SurveyForm
from service_requests.models import Survey, SurveyDimension, SurveyRound

PROMOTER = 9
HISTORY = 20
TABS = (
    ("call_backs", gettext_lazy("Call-backs"), "service_requests.survey"),
    ("complaints", gettext_lazy("Complaints"), "service_requests.view"),
    ("rounds", gettext_lazy("Quarterly surveys"), "service_requests.survey"),
    ("dimensions", gettext_lazy("What we ask"), "service_requests.keep_rules"),
)


def satisfaction_tabs(request: StaffRequest) -> list[dict[str, Any]]:
    """The pages about what customers say, those that this person may open."""
    return [
        {
            "label": label,
            "url": (url := reverse(f"service_requests:{name}")),
            "active": request.path == url,
        }
        for name, label, permission in TABS
        if request.user.may(permission)
    ]


def answered_cell(drawn: Any) -> Cell:
    share = f"{100 * drawn.answered / drawn.asked:.0f} %" if drawn.asked else "–"
    return Cell(f"{drawn.answered} / {drawn.asked}", sub=share, numeric=True)


def nps_cell(drawn: Any) -> Cell:
    if not drawn.recommending:
        return Cell("–", numeric=True)
    points = 100 * (drawn.promoters - drawn.detractors) / drawn.recommending
    return Cell(f"{points:+.0f}", numeric=True)


ROUNDS = Listing(
    template="service_requests/rounds.html",
    title=gettext_lazy("Quarterly surveys"),
    columns=(
        Column(
            "quarter",
            gettext_lazy("Quarter"),
            lambda r: Cell(r.quarter, url=r.get_absolute_url()),
            order="quarter",
        ),
        Column("answered", gettext_lazy("Answered"), answered_cell, numeric=True),
        Column("nps", gettext_lazy("NPS"), nps_cell, numeric=True),
        Column("drawn", pgettext_lazy("sample", "Drawn"), lambda r: moment(r.drawn_at)),
        Column("by", gettext_lazy("By"), lambda r: r.drawn_by.name),
    ),
    default_order="-quarter",
    empty_text=gettext_lazy("No customers have been asked by sample yet."),
    empty_action=gettext_lazy("Draw the customers of this quarter"),
    empty_url_name="service_requests:draw_round",
)


@require_safe
@allowed("service_requests.survey")
def index(request: StaffRequest) -> HttpResponse:
    told = Q(surveys__answered_at__isnull=False)
    found = SurveyRound.objects.visible_to(request.user).select_related("drawn_by")
    found = found.annotate(
        asked=Count("surveys"),
        answered=Count("surveys", filter=told),
        recommending=Count("surveys", filter=Q(surveys__nps__isnull=False)),
        promoters=Count("surveys", filter=Q(surveys__nps__gte=PROMOTER)),
        detractors=Count("surveys", filter=Q(surveys__nps__lte=DETRACTOR)),
    )
    may_draw = request.user.may("service_requests.draw_surveys")
    tabs = satisfaction_tabs(request)
    return render_list(request, ROUNDS, found, may_draw=may_draw, tabs=tabs)


@allowed("service_requests.draw_surveys")
def draw(request: StaffRequest) -> HttpResponse:
    """How many of each tier would be asked, before it is done; then done."""
    at = now()
    form = RoundForm(request.POST or None)
    is_preview = "preview" in request.POST
    if request.method == "POST" and not is_preview:
        outcome = attempt(
            request,
            form,
            actions.draw_round,
            size=lambda: form.cleaned_data["size"],
            by=request.user,
            at=at,
        )
        if outcome:
            messages.success(
                request, _("The customers are drawn. Who has an address is written to.")
            )
            return redirect(outcome.location or "service_requests:rounds")
    size = form.cleaned_data["size"] if form.is_bound and form.is_valid() else form["size"].initial
    words = {
        "form": form,
        "quarter": queries.quarter_of(queries.day_of(at)),
        "heads": [
            {"label": _("Tier")},
            {"label": _("Customers that may be asked"), "numeric": True},
            {"label": _("To ask"), "numeric": True},
        ],
        "rows": [
            {
                "cells": [
                    {"text": each.tier.name, "badge": each.tier.code},
                    {"text": str(each.customers), "numeric": True},
                    {"text": str(each.asked), "numeric": True},
                ]
            }
            for each in queries.strata(size, at=at)
        ],
    }
    status = 422 if request.method == "POST" and not is_preview else 200
    return render(request, "service_requests/draw_round.html", words, status=status)


def survey_cell(survey: Survey) -> Cell:
    return Cell(survey.asked_customer.name, url=survey.asked_customer.get_absolute_url())


def how_cell(survey: Survey) -> Cell:
    """By which way; who has not answered can be called."""
    if survey.answered_at:
        return Cell(moment(survey.answered_at), badge="done", sub=label_of(survey, "channel"))
    url = reverse("service_requests:round_by_telephone", args=[survey.pk])
    return Cell(_("Ask on the telephone"), url=url, sub=label_of(survey, "channel"))


SURVEYS = Listing(
    template="service_requests/round.html",
    title=gettext_lazy("Quarterly survey"),
    columns=(
        Column("customer", gettext_lazy("Customer"), survey_cell, order="customer__name"),
        Column("tier", gettext_lazy("Tier"), lambda s: s.customer.tier.name),
        Column("contact", gettext_lazy("Contact"), lambda s: s.contact.name if s.contact else "–"),
        Column("answer", gettext_lazy("Answer"), how_cell),
        Column(
            "mean",
            gettext_lazy("Mean of the scores"),
            lambda s: "–" if s.mean is None else f"{s.mean:.1f}",
            numeric=True,
        ),
        Column(
            "nps",
            gettext_lazy("Would recommend"),
            lambda s: "–" if s.nps is None else str(s.nps),
            numeric=True,
        ),
        Column("comment", gettext_lazy("Comment"), lambda s: s.comment[:120], wide_only=True),
    ),
    default_order="customer",
    filterset=RoundSurveyFilterSet,
    url=lambda s: s.customer.get_absolute_url(),
    empty_text=gettext_lazy("Nobody of this quarter."),
)


@require_safe
@allowed("service_requests.survey")
def detail(request: StaffRequest, quarter: str) -> HttpResponse:
    drawn = get_object_or_404(SurveyRound.objects.visible_to(request.user), quarter=quarter)
    found = Survey.objects.visible_to(request.user).filter(round=drawn)
    found = found.select_related("customer__tier", "contact").annotate(mean=Avg("scores__score"))
    return render_list(request, SURVEYS, found, round=drawn)


@allowed("service_requests.survey")
def by_telephone(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask a customer of the sample, and tick what is said."""
    sampled = Survey.objects.visible_to(request.user).filter(round__isnull=False)
    survey = get_object_or_404(sampled.select_related("round", "customer", "contact"), pk=pk)
    form = SurveyForm(request.POST or None)
    if request.method == "POST" and attempt(
        request, form, _by_telephone, survey, answer=lambda: form.answer, by=request.user, at=now()
    ):
        messages.success(request, _("The answer is saved."))
        return redirect(survey.get_absolute_url())
    words = {
        "number": survey.round,
        "sub": f"{survey.customer} · {survey.contact or ''}",
        "back_url": survey.get_absolute_url(),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "service_requests/survey_telephone.html", words, status=status)


def _by_telephone(survey: Survey, *, answer: dict[str, Any], **who: Any) -> Survey:
    return actions.round_by_telephone(survey, **answer, **who)


# What is asked


@require_safe
@allowed("service_requests.keep_rules")
def dimensions(request: StaffRequest) -> HttpResponse:
    labels = (_("Question"), _("Department"), _("Weight"), _("Importance"), _("State"))
    words = {
        "heads": [
            {"label": label, "numeric": place in {2, 3}} for place, label in enumerate(labels)
        ],
        "rows": [dimension_row(each) for each in SurveyDimension.objects.all()],
        "tabs": satisfaction_tabs(request),
    }
    return render(request, "service_requests/dimensions.html", words)


def dimension_row(dimension: SurveyDimension) -> dict[str, Any]:
    url = dimension.get_absolute_url()
    importance = dimension.importance
    return {
        "url": url,
        "cells": [
            {"text": dimension.name, "url": url, "sub": dimension.code},
            {"text": dimension.get_department_display()},
            {"text": f"{dimension.weight.normalize():f}", "numeric": True},
            {
                "text": _("from the answers") if importance is None else f"{importance:.2f}",
                "numeric": True,
            },
            {
                "text": _("asked") if dimension.is_active else _("not asked"),
                "badge": "active" if dimension.is_active else "expired",
            },
        ],
    }


@allowed("service_requests.keep_rules")
def add_dimension(request: StaffRequest) -> HttpResponse:
    form = DimensionForm(request.POST or None)
    if request.method == "POST" and attempt(
        request,
        form,
        actions.add_dimension,
        values=lambda: form.values,
        by=request.user,
        at=now(),
    ):
        messages.success(request, _("The question is asked from now on."))
        return redirect("service_requests:dimensions")
    return dimension_page(request, form, _("New question"))


@allowed("service_requests.keep_rules")
def edit_dimension(request: StaffRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(SurveyDimension, pk=pk)
    form = DimensionForm(request.POST or None, instance=found)
    if request.method == "POST" and attempt(
        request,
        form,
        actions.change_dimension,
        found,
        values=lambda: form.changed_values,
        version=lambda: form.cleaned_data["version"],
        by=request.user,
        at=now(),
    ):
        messages.success(request, _("The question is saved."))
        return redirect("service_requests:dimensions")
    return dimension_page(request, form, found.name, found)


def dimension_page(
    request: StaffRequest, form: DimensionForm, title: str, found: SurveyDimension | None = None
) -> HttpResponse:
    words = {
        "form": form,
        "title": title,
        "activities": timeline(found, limit=HISTORY) if found else [],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "service_requests/dimension.html", words, status=status)
