"""How good records are: the ranking of a month, each person's evidence, and the sample that is
looked at.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from crmservice import sheets
from crmservice.web.access import allowed, everybody, reachable
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, changed, render_list
from crmservice.web.text import amount, moment, percent
from crmservice.web.verbs import show
from employees import actions, policies, queries
from employees.choices import CorrectionKind, Verdict
from employees.explaining import complete_words, correction_words, in_time_words, missing_words
from employees.filters import FAULTY, INCOMPLETE, LATE, RecordFilterSet
from employees.forms import MendForm, MonthForm, PlainForm, RefusalForm
from employees.models import Correction, Employee, JudgedRecord, Omission, RecordCheck
from employees.queries import Standing
from employees.situations import field_words, kind_words, situation_words

SAMPLED = "dispatch.task"  # the situation of which a sample is looked at: closed tasks
KINDS = ("csv", "xlsx")


# The ranking


@require_safe
@everybody
def index(request: StaffRequest) -> HttpResponse:
    """The ranking for those who answer for others; everybody else reads the own page."""
    user = request.user
    if not user.may("employees.view_quality"):
        own = reverse("employees:quality_of", args=[user.employee_no])
        query = request.GET.urlencode()
        return redirect(f"{own}?{query}" if query else own)
    form, month, found = asked(request)
    words = {
        "form": form,
        "month": f"{month:%Y-%m}",
        "heads": RANKED_HEADS,
        "rows": [ranked_row(each, month) for each in found],
        "exports": [
            {"label": kind.upper(), "url": reverse("employees:quality_file", args=[kind]) + query}
            for kind, query in ((kind, changed(request.GET)) for kind in KINDS)
        ],
        "may_check": user.may("employees.check_records"),
        "may_change": user.may("employees.change"),
    }
    return render(request, "employees/quality.html", words)


def asked(request: StaffRequest) -> tuple[MonthForm, date, list[Standing]]:
    """The month and the outlet that the URL names; nonsense counts as absent."""
    months = queries.months_judged(request.user)
    form = MonthForm(request.GET or None, user=request.user, months=months)
    form.is_valid()
    chosen = getattr(form, "cleaned_data", {})
    month = chosen.get("month") or localdate().replace(day=1)
    return form, month, queries.standings(month, request.user, outlet=chosen.get("outlet"))


RANKED_HEADS = [
    {"label": gettext_lazy("Person")},
    {"label": gettext_lazy("Rank"), "numeric": True},
    {"label": gettext_lazy("Record quality"), "numeric": True},
    {"label": gettext_lazy("Timeliness"), "numeric": True},
    {"label": gettext_lazy("Completeness"), "numeric": True},
    {"label": gettext_lazy("Accuracy"), "numeric": True},
    {"label": gettext_lazy("Records"), "numeric": True},
    {"label": gettext_lazy("Points"), "numeric": True},
    {"label": gettext_lazy("Bonus"), "numeric": True},
]


def ranked_row(each: Standing, month: date) -> dict[str, Any]:
    url = reverse("employees:quality_of", args=[each.owner.employee_no]) + f"?month={month:%Y-%m}"
    shares = [{"text": percent_of(share), "numeric": True} for share in each.sums.shares]
    return {
        "url": url,
        "cells": [
            {"text": each.owner.name, "sub": each.owner.outlet.name, "url": url},
            {"text": str(each.rank or "–"), "numeric": True},
            {"text": "–" if each.quality is None else str(each.quality), "numeric": True},
            *shares,
            {"text": str(each.sums.records), "numeric": True},
            {"text": str(each.points), "numeric": True},
            {"text": amount(each.bonus) if each.bonus else "–", "numeric": True},
        ],
    }


def percent_of(share: Any) -> str:
    return percent(None if share is None else float(share), 1)


@require_safe
@allowed("employees.view_quality")
def export(request: StaffRequest, kind: str) -> HttpResponse:
    """The bonus list as it is filtered; who took it out is written down."""
    if kind not in KINDS:
        raise Http404
    _form, month, found = asked(request)
    actions.note_quality_export(f"{month:%Y-%m}", kind, by=request.user, at=now())
    title = _("Record quality %(month)s") % {"month": f"{month:%Y-%m}"}
    return sheets.answer(f"record-quality-{month:%Y-%m}", kind, title, exported(found, month))


def exported(found: list[Standing], month: date) -> Iterator[list[Any]]:
    yield [
        _("Month"),
        _("Rank"),
        _("Employee number"),
        _("Name"),
        _("Outlet"),
        _("Records"),
        _("Timeliness"),
        _("Completeness"),
        _("Accuracy"),
        _("Record quality"),
        _("Points"),
        _("Bonus"),
    ]
    for each in found:
        yield [
            f"{month:%Y-%m}",
            each.rank,
            each.owner.employee_no,
            each.owner.name,
            each.owner.outlet.name,
            each.sums.records,
            *(None if share is None else float(share) for share in each.sums.shares),
            each.quality,
            each.points,
            each.bonus,
        ]


# A person and the evidence


def what_cell(each: JudgedRecord) -> Cell:
    return Cell(
        each.subject_name,
        url=each.get_absolute_url(),
        sub=f"{situation_words(each.situation)} · {kind_words(each.situation, each.kind)}",
    )


def time_cell(each: JudgedRecord) -> Cell:
    tone = "neutral" if not each.events else "good" if each.in_time == each.events else "overdue"
    return Cell(in_time_words(each), badge=tone)


def field_cell(each: JudgedRecord) -> Cell:
    tone = "neutral" if not each.called_for else "warning" if each.missing else "good"
    return Cell(complete_words(each), badge=tone, sub=missing_words(each))


def accuracy_cell(each: JudgedRecord) -> Cell:
    text = _("found fault with") if each.faulty else _("nothing to correct")
    return Cell(text, badge="warning" if each.faulty else "good")


EVIDENCE = Listing(
    template="employees/quality_of.html",
    title=gettext_lazy("Record quality"),
    columns=(
        Column("record", gettext_lazy("Record"), what_cell),
        Column(
            "happened",
            gettext_lazy("Happened"),
            lambda each: moment(each.happened_at),
            order="happened_at",
        ),
        Column("time", gettext_lazy("Timeliness"), time_cell),
        Column("fields", gettext_lazy("Completeness"), field_cell),
        Column("accuracy", gettext_lazy("Accuracy"), accuracy_cell),
    ),
    default_order="-happened",
    filterset=RecordFilterSet,
    empty_text=gettext_lazy("No records in this month."),
)


@require_safe
@everybody
def person(request: StaffRequest, employee_no: str) -> HttpResponse:
    """A person's month: the figures, every record behind them, and what is still open."""
    user = request.user
    owner = get_object_or_404(Employee.objects.select_related("outlet"), employee_no=employee_no)
    if not policies.may_see_quality(user, owner):
        raise Http404
    records = JudgedRecord.objects.visible_to(user).filter(owner=owner)
    months = queries.months_judged(owner)
    month = month_named(request.GET.get("month", "")) or localdate().replace(day=1)
    mine = queries.own_standing(owner, month)
    open_ones = Omission.objects.open().filter(owner=owner)
    return render_list(
        request,
        EVIDENCE,
        records.of_month(month),
        owner=owner,
        is_own=owner.pk == user.pk,
        month=f"{month:%Y-%m}",
        months=month_choices(months, month),
        stats=stats_of(mine, owner, month),
        to_do=[to_do(each) for each in open_ones[:MOST_OPEN]],
        may_see_others=user.may("employees.view_quality"),
    )


MOST_OPEN = 20


def month_named(text: str) -> date | None:
    """As 2026-03; None for nonsense."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def month_choices(months: list[date], chosen: date) -> list[dict[str, Any]]:
    known = sorted({*months, chosen}, reverse=True)
    return [{"value": f"{each:%Y-%m}", "is_chosen": each == chosen} for each in known]


def stats_of(mine: Standing, owner: Employee, month: date) -> list[dict[str, Any]]:
    here = reverse("employees:quality_of", args=[owner.employee_no]) + f"?month={month:%Y-%m}"
    sums = mine.sums
    quality = "–" if mine.quality is None else str(mine.quality)
    place = _("rank %(rank)s") % {"rank": mine.rank} if mine.rank else ""
    earned = amount(mine.bonus) if mine.bonus else _("no bonus")
    return [
        {"label": _("Record quality"), "value": quality, "sub": place, "url": here},
        {
            "label": _("Timeliness"),
            "value": percent_of(sums.timeliness),
            "sub": _("%(part)s of %(base)s in time") % {"part": sums.in_time, "base": sums.events},
            "url": f"{here}&show={LATE}",
        },
        {
            "label": _("Completeness"),
            "value": percent_of(sums.completeness),
            "sub": _("%(filled)s of %(count)s fields")
            % {"filled": sums.filled, "count": sums.called_for},
            "url": f"{here}&show={INCOMPLETE}",
        },
        {
            "label": _("Accuracy"),
            "value": percent_of(sums.accuracy),
            "sub": ngettext(
                "%(count)s record found fault with",
                "%(count)s records found fault with",
                sums.faulty,
            )
            % {"count": sums.faulty},
            "url": f"{here}&show={FAULTY}",
        },
        {"label": _("Points"), "value": str(mine.points), "sub": earned, "url": here},
    ]


def to_do(each: Omission) -> dict[str, Any]:
    return {
        "url": each.url,
        "text": f"{each.subject_name} · {field_words(each.situation, each.field)}",
        "note": each.note,
        "due": each.due_at,
        "is_late": each.due_at <= now(),
    }


# One record


def find(request: StaffRequest, pk: int) -> JudgedRecord:
    visible = JudgedRecord.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("owner__outlet", "outlet"), pk=pk)


@require_safe
@everybody
def record(request: StaffRequest, pk: int) -> HttpResponse:
    """How a record is judged, and why."""
    judged, user = find(request, pk), request.user
    check = RecordCheck.objects.filter(record=judged).select_related("checked_by").first()
    open_ones = Omission.objects.open().filter(
        situation=judged.situation, subject_id=judged.subject_id
    )
    is_own = judged.owner_id == user.pk
    corrections = queries.corrections_of(judged.situation, judged.subject_id)
    may_check = policies.may_check(user, judged)
    words = {
        "judged": judged,
        "title": kind_words(judged.situation, judged.kind),
        "badges": check_badges(check),
        "facts": record_facts(judged),
        "corrections": correction_words(corrections, user),
        "to_do": [to_do(each) for each in open_ones] if is_own else [],
        "record_url": reachable(judged.url, user),
        "may_send_back": may_check and not any(each.is_open for each in corrections),
        "may_find_in_order": may_check and check is not None and not check.verdict,
    }
    return render(request, "employees/judged_record.html", words)


def check_badges(check: RecordCheck | None) -> list[dict[str, Any]]:
    if check is None:
        return []
    if not check.verdict:
        return [{"kind": "waiting", "label": _("drawn to be looked at")}]
    kind = "approved" if check.verdict == Verdict.FINE else "rejected"
    return [{"kind": kind, "label": check.get_verdict_display()}]


def record_facts(judged: JudgedRecord) -> list[dict[str, Any]]:
    time, fields, accuracy = time_cell(judged), field_cell(judged), accuracy_cell(judged)
    of_owner = reverse("employees:quality_of", args=[judged.owner.employee_no])
    return [
        {
            "label": _("Whose record"),
            "text": judged.owner.name,
            "url": f"{of_owner}?month={judged.month:%Y-%m}",
            "sub": judged.outlet.name,
        },
        {"label": _("Happened"), "text": moment(judged.happened_at)},
        {"label": _("To be entered by"), "text": moment(judged.due_at)},
        {"label": _("Timeliness"), "text": time.text, "kind": time.badge},
        {
            "label": _("Completeness"),
            "text": fields.text,
            "kind": fields.badge,
            "sub": fields.sub,
        },
        {"label": _("Accuracy"), "text": accuracy.text, "kind": accuracy.badge},
    ]


@require_POST
@allowed("employees.check_records")
def find_in_order(request: StaffRequest, pk: int) -> HttpResponse:
    judged = find_to_check(request, pk)
    form = PlainForm(request.POST)
    if attempt(request, form, actions.find_in_order, judged, by=request.user, at=now()):
        messages.success(request, _("Noted: the record is in order."))
        return redirect(checks_of(judged))
    messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect(judged)


@allowed("employees.check_records")
def send_back(request: StaffRequest, pk: int) -> HttpResponse:
    judged = find_to_check(request, pk)
    form = RefusalForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.send_back,
            judged,
            reason=lambda: form.cleaned_data["reason"],
            by=request.user,
            at=now(),
        )
        if outcome:
            said = _("Sent back. %(who)s finds it among what is still to be entered.")
            messages.success(request, said % {"who": judged.owner.name})
            return redirect(judged)
    return show(
        request,
        form,
        subject=judged,
        title=_("Send the record back"),
        submit=_("Send back"),
        cancel_url=judged.get_absolute_url(),
        about=f"{judged.owner.name} · {moment(judged.happened_at)}",
        hint=_("What is wrong or missing? It counts against the accuracy of the month."),
        symbol="arrow-back-up",
    )


def find_to_check(request: StaffRequest, pk: int) -> JudgedRecord:
    judged = find(request, pk)
    if not policies.may_check(request.user, judged):
        raise PermissionDenied
    return judged


def checks_of(judged: JudgedRecord) -> str:
    return reverse("employees:record_checks") + f"?month={judged.month:%Y-%m}"


@everybody
def mend(request: StaffRequest, pk: int) -> HttpResponse:
    """Its owner puts right what was sent back, and says what."""
    own = Correction.objects.filter(owner=request.user, kind=CorrectionKind.SENT_BACK)
    correction = get_object_or_404(own.select_related("by"), pk=pk)
    judged = JudgedRecord.objects.filter(
        situation=correction.situation, subject_id=correction.subject_id
    ).first()
    if not correction.is_open:
        return redirect(judged or "employees:omissions")
    form = MendForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.mend,
            correction,
            answer=lambda: form.cleaned_data["answer"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("Mended. Thank you."))
            return redirect(judged or "employees:omissions")
    words = {
        "form": form,
        "correction": correction,
        "record_url": reachable(judged.url, request.user) if judged else "",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "employees/mend.html", words, status=status)


# The sample


@allowed("employees.check_records")
def checks(request: StaffRequest) -> HttpResponse:
    """The records drawn for a month; more are drawn here by the rule."""
    user = request.user
    months = queries.months_judged(user)
    this_month = localdate().replace(day=1)
    month = month_named(request.GET.get("month", "")) or (months or [this_month])[0]
    form = PlainForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request, form, actions.draw_checks, month, situation=SAMPLED, by=user, at=now()
        )
        if outcome:
            messages.success(request, _("Drawn."))
            return redirect(f"{request.path}?month={month:%Y-%m}")
    visible = JudgedRecord.objects.visible_to(user).of_month(month)
    drawn = RecordCheck.objects.filter(record__in=visible.filter(situation=SAMPLED)).order_by(
        "record__owner__employee_no", "pk"
    )
    found = list(drawn.select_related("record__owner__outlet", "checked_by")[:MOST_CHECKS])
    words = {
        "form": form,
        "month": f"{month:%Y-%m}",
        "months": month_choices(months, month),
        "heads": CHECK_HEADS,
        "rows": [check_row(each) for each in found],
        "left": sum(not each.verdict for each in found),
        "count": len(found),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "employees/record_checks.html", words, status=status)


MOST_CHECKS = 500
CHECK_HEADS = [
    {"label": gettext_lazy("Record")},
    {"label": gettext_lazy("Whose record")},
    {"label": gettext_lazy("Happened"), "wide_only": True},
    {"label": gettext_lazy("What came of it")},
    {"label": gettext_lazy("By")},
]


def check_row(check: RecordCheck) -> dict[str, Any]:
    judged = check.record
    (mark,) = check_badges(check)
    return {
        "url": judged.get_absolute_url(),
        "cells": [
            {
                "text": judged.subject_name,
                "url": judged.get_absolute_url(),
                "sub": kind_words(judged.situation, judged.kind),
            },
            {"text": judged.owner.name, "sub": judged.owner.outlet.name},
            {"text": moment(judged.happened_at), "wide_only": True},
            {"text": mark["label"], "badge": mark["kind"]},
            {"text": check.checked_by.name if check.checked_by else "–"},
        ],
    }
