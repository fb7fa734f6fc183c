"""The 5A grade of a customer: the radar, why, its history; and the rules by which it is given."""

from decimal import Decimal
from textwrap import wrap
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crmservice.activity.trail import timeline
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.text import amount, moment
from crmservice.web.verbs import carry_out
from customers import actions, forms
from customers.choices import GradeSubject
from customers.grades import MOST, corners, places, whole_as
from customers.models import Customer, GradePolicy, Grading

HISTORY = 24
RINGS = (1, 2, 3, 4, 5)
OUTSIDE = 5.6  # where the names stand
LONGEST = 16  # letters of a line of a name
LEANING = 2  # how far from the middle a name is written to the side


def found(request: StaffRequest, code: str) -> Customer:
    return get_object_or_404(Customer.objects.visible_to(request.user), code=code)


def as_letters(grading: Grading) -> str:
    return f"{whole_as(grading.mean)}A"


@require_safe
@allowed("customers.view_value")
def grades(request: StaffRequest, code: str) -> HttpResponse:
    customer = found(request, code)
    given = list(customer.gradings.select_related("graded_by")[:HISTORY])
    latest = given[0] if given else None
    may_see_costs = request.user.may("costs.view")
    words = {
        "customer": customer,
        "latest": latest,
        "badges": [{"kind": "info", "label": as_letters(latest)}] if latest else [],
        "radar": radar(given) if latest else None,
        "heads": [
            {"label": _("What is graded")},
            {"label": _("Score"), "numeric": True},
            {"label": _("Weight"), "numeric": True},
            {"label": _("Figure"), "numeric": True},
        ],
        "rows": subject_rows(latest, may_see_costs=may_see_costs) if latest else [],
        "history_heads": [
            {"label": _("When")},
            {"label": _("5A grade")},
            {"label": _("Mean"), "numeric": True},
            *({"label": subject.label, "numeric": True} for subject in GradeSubject),
        ],
        "history": [history_row(each) for each in given],
        "may_grade": request.user.may("customers.grade") and customer.merged_into_id is None,
    }
    return render(request, "customers/grades.html", words)


def radar(given: list[Grading]) -> dict[str, Any]:
    """The latest grade over the one before, in a square of 200."""
    subjects = list(GradeSubject)
    shapes = [[float(each.scores.get(subject, 0)) for subject in subjects] for each in given[:2]]
    return {
        "rings": [corners([float(ring)] * len(subjects)) for ring in RINGS],
        "latest": corners(shapes[0]),
        "before": corners(shapes[1]) if len(shapes) > 1 else "",
        "names": [
            {
                "x": f"{x:.0f}",
                "y": f"{y:.0f}",
                "lines": wrap(str(subject.label), LONGEST),
                "anchor": anchor(x),
            }
            for subject, (x, y) in zip(subjects, places([OUTSIDE] * len(subjects)), strict=True)
        ],
    }


def anchor(x: float) -> str:
    if abs(x - 100) < LEANING:
        return "middle"
    return "start" if x > 100 else "end"  # noqa: PLR2004  (the middle of the square)


def subject_rows(grading: Grading, *, may_see_costs: bool) -> list[dict[str, Any]]:
    rows = []
    for subject in GradeSubject:
        figure = grading.figures.get(subject, "")
        is_hidden = subject == GradeSubject.PROFIT and not may_see_costs
        text = amount(Decimal(figure)) if figure and not is_hidden else "–"
        score = grading.scores.get(subject)
        rows.append(
            {
                "cells": [
                    {"text": subject.label},
                    {"text": f"{score} / {MOST}" if score else "–", "numeric": True},
                    {"text": grading.weights.get(subject, ""), "numeric": True},
                    {"text": text, "numeric": True},
                ]
            }
        )
    return rows


def history_row(grading: Grading) -> dict[str, Any]:
    return {
        "cells": [
            {
                "text": moment(grading.graded_at),
                "sub": f"{grading.graded_by.name}: {grading.reason[:120]}",
            },
            {"text": as_letters(grading), "badge": "info"},
            {"text": f"{grading.mean}", "numeric": True},
            *(
                {"text": str(grading.scores.get(subject, "–")), "numeric": True}
                for subject in GradeSubject
            ),
        ]
    }


@allowed("customers.grade")
def grade(request: StaffRequest, code: str) -> HttpResponse:
    customer = found(request, code)
    latest = customer.gradings.first()
    said = latest.scores if latest else {}
    first = {name: said.get(name) for name in (GradeSubject.EASE, GradeSubject.INTEGRITY)}
    return carry_out(
        request,
        customer,
        forms.GradeForm,
        actions.grade,
        title=_("Grade the customer (5A)"),
        submit=_("Grade"),
        said=_("The customer is graded."),
        about=customer.name,
        hint=_("Revenue, profit and revenue per hour follow from our own figures of 24 months."),
        symbol="star",
        given={"initial": first},
    )


@require_safe
@allowed("customers.keep_tiers")
def policies(request: StaffRequest) -> HttpResponse:
    labels = (_("What is graded"), _("Weight"), "2", "3", "4", "5")
    words = {
        "heads": [{"label": label, "numeric": place > 0} for place, label in enumerate(labels)],
        "rows": [policy_row(each) for each in GradePolicy.objects.all()],
    }
    return render(request, "customers/grade_policies.html", words)


def policy_row(policy: GradePolicy) -> dict[str, Any]:
    url = policy.get_absolute_url()
    bands = [_("from %(figure)s") % {"figure": amount(band)} for band in policy.bands]
    said = [{"text": text, "numeric": True} for text in bands or ["–"] * 4]
    return {
        "url": url,
        "cells": [
            {
                "text": policy.get_subject_display(),
                "url": url,
                "sub": "" if bands else _("said by the team"),
            },
            {"text": f"{policy.weight.normalize():f}", "numeric": True},
            *said,
        ],
    }


@allowed("customers.keep_tiers")
def edit_policy(request: StaffRequest, subject: str) -> HttpResponse:
    policy = get_object_or_404(GradePolicy, subject=subject)
    form = forms.GradePolicyForm(request.POST or None, instance=policy)
    if request.method == "POST" and attempt(
        request,
        form,
        actions.change_grade_policy,
        policy,
        values=lambda: form.changed_values,
        version=lambda: form.cleaned_data["version"],
        by=request.user,
        at=now(),
    ):
        messages.success(request, _("The rule is saved. It holds for grades from now on."))
        return redirect("customers:grade_policies")
    words = {
        "form": form,
        "title": str(policy),
        "cancel_url": reverse("customers:grade_policies"),
        "alike": [],
        "activities": timeline(policy),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/form.html", words, status=status)
