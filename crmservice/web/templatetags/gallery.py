"""Example data for the gallery page: every component in all its states, read from no database."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms, template
from django.utils import timezone

from crmservice.web.templatetags import kinds, ui

register = template.Library()


class CallForm(forms.Form):
    """What a form looks like; the gallery shows it empty and refused."""

    phone = forms.CharField(label="Telephone", help_text="Any spelling: 138 0013 8000, +86…")
    kind = forms.ChoiceField(label="Kind", choices=[("fault", "Fault"), ("enquiry", "Enquiry")])
    asset = forms.ChoiceField(
        label="Asset",
        required=False,
        choices=[("", "–"), ("1", "GS-3200 · 118705"), ("2", "GS-1600 · 204411")],
        widget=forms.Select(attrs={"data-search": "yes"}),
    )
    problem = forms.CharField(label="Problem", widget=forms.Textarea(attrs={"rows": 3}))
    urgent = forms.BooleanField(label="The machine stands still", required=False)


@register.simple_tag
def examples() -> dict[str, Any]:
    """All example data at once; times are set from now, so that the clocks are seen to turn."""
    return {
        "kinds": sorted(kinds.LOOKS),
        "clocks": clocks(),
        "heads": heads(),
        "rows": rows(),
        "entries": entries(),
        "facts": facts(),
        "steps": steps(),
        "segments": segments(),
        "legend": legend(),
        "heading_badges": [
            {"kind": "in_progress", "label": "In progress"},
            {"kind": "vip", "label": "VIP"},
        ],
        "chips": [{"label": "Open", "url": "?"}, {"label": "Tier: VIP", "url": "?"}],
        "tabs": [
            {"label": "Timeline", "url": "#tabs", "active": True, "count": ""},
            {"label": "Assets", "url": "#tabs", "active": False, "count": "12"},
            {"label": "Contracts", "url": "#tabs", "active": False, "count": "2"},
        ],
        "hits": hits(),
        "amount": Decimal("412000.00"),
        "day": date(2026, 2, 14),
        "soon": timezone.now() + timedelta(hours=3),
        "earlier": timezone.now() - timedelta(hours=2),
        "form": CallForm(auto_id="fresh_%s"),
        "refused_form": CallForm({"kind": "fault", "phone": ""}, auto_id="refused_%s"),
    }


def clocks() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        clock(
            "Response", now + timedelta(hours=1, minutes=12, seconds=20), now + timedelta(hours=1)
        ),
        clock("Arrival", now + timedelta(days=3), now + timedelta(days=2)),
        clock("Restore", now + timedelta(minutes=14), now - timedelta(minutes=1)),
        clock("Response", now + timedelta(minutes=4, seconds=5), now - timedelta(minutes=1)),
        clock("Response", now + timedelta(seconds=10), now + timedelta(seconds=5)),
        clock("Resolve", now - timedelta(hours=2, minutes=5), now - timedelta(hours=4)),
        still("Restore", "on_hold", "2 h 5 min left", "waits for parts"),
        still("Response", "met", "kept, 9 min to spare"),
        still("Arrival", "breached", "late by 40 min"),
        still("Resolve", "cancelled"),
    ]


def clock(label: str, due: datetime, risk: datetime) -> dict[str, Any]:
    return still(label, "running") | {"due": due, "risk": risk}


def still(label: str, state: str, text: str = "", reason: str = "") -> dict[str, Any]:
    words = {"label": label, "state": state, "text": text, "reason": reason}
    return words | {"due": None, "risk": None}


def heads() -> list[dict[str, Any]]:
    names = ("Number", "Customer", "Problem", "State", "Promise", "Value")
    return [
        {
            "label": name,
            "numeric": name == "Value",
            "wide_only": name == "Problem",
            "sort_url": "" if name == "Problem" else f"?sort={name.lower()}",
            "direction": "descending" if name == "Number" else "",
        }
        for name in names
    ]


def rows() -> list[dict[str, Any]]:
    now = timezone.now()
    promise = ui.clock("", "running", now + timedelta(minutes=50), now - timedelta(minutes=5))
    late = ui.clock("", "running", now - timedelta(minutes=8))
    kept = ui.clock("", "met")
    return [
        row(
            "SR-2026-0042",
            "上海星辰电梯有限公司",
            "Door drive stops at floor 3",
            "in_progress",
            promise,
            "¥1,280.00",
        ),
        row(
            "SR-2026-0041",
            "Harbour Cranes Ltd",
            "变频器过热报警",
            "waiting_parts",
            late,
            "¥12,400.00",
            "bad",
        ),
        row(
            "SR-2026-0039",
            "Linde Pumpen GmbH",
            "Training for two operators",
            "resolved",
            kept,
            "¥0.00",
        ),
    ]


def row(
    number: str, customer: str, problem: str, state: str, promise: str, value: str, tone: str = ""
) -> dict[str, Any]:
    return {
        "url": f"#{number}",
        "tone": tone,
        "cells": [
            {"text": number, "url": f"#{number}"},
            {"text": customer, "sub": "Shanghai"},
            {"text": problem, "wide_only": True},
            {"text": state.replace("_", " "), "badge": state},
            {"clock": promise},
            {"text": value, "numeric": True},
        ],
    }


def entries() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "who": "王小明",
            "when": now - timedelta(minutes=3),
            "icon": "message",
            "text": "The controller is ordered and arrives on Thursday; we come on Friday, 09:30.",
            "details": "By e-mail to 李娜",
            "note": True,
            "visible": True,
        },
        {
            "who": "Anna Berg",
            "when": now - timedelta(hours=1),
            "icon": "note",
            "text": "Board 7 had the same fault in March. Take a spare contactor.",
            "details": "",
            "note": True,
            "visible": False,
        },
        {
            "who": "Anna Berg",
            "when": now - timedelta(hours=2),
            "icon": "player-pause",
            "text": "put it on hold: waits for parts",
            "details": "Until Friday 12:00",
            "tone": "waiting",
        },
        {
            "who": "System",
            "when": now - timedelta(days=9),
            "icon": "alert-triangle",
            "text": "response promise broken",
            "details": "",
            "tone": "bad",
            "visible": True,
        },
    ]


def facts() -> list[dict[str, Any]]:
    return [
        {
            "label": "Customer",
            "text": "上海星辰电梯有限公司",
            "url": "#facts",
            "sub": "end user, direct",
        },
        {"label": "Tier", "text": "VIP", "kind": "vip"},
        {"label": "Asset", "text": "GS-3200 · 118705", "url": "#facts"},
        {
            "label": "Cover",
            "text": "On-site 5×8 NBD",
            "kind": "covered",
            "sub": "until 31 Dec 2026",
        },
        {"label": "Site", "text": "No. 88 Century Avenue, Pudong"},
        {"label": "Billing customer", "text": ""},
    ]


def steps() -> list[dict[str, str]]:
    return [
        {"label": "New", "state": "done", "sub": "09:12"},
        {"label": "Assigned", "state": "skipped", "sub": ""},
        {"label": "In progress", "state": "now", "sub": "since 09:20"},
        {"label": "Resolved", "state": "todo", "sub": ""},
        {"label": "Closed", "state": "todo", "sub": ""},
    ]


def segments() -> list[dict[str, Any]]:
    return [
        {"kind": "running", "seconds": 600, "label": "Fri 16:50–17:00, 10 min"},
        {"kind": "closed", "seconds": 3600, "label": "Fri 17:00 – Sat 09:00"},
        {"kind": "running", "seconds": 2400, "label": "Sat 09:00–09:40, 40 min"},
        {"kind": "held", "seconds": 1800, "label": "Sat 09:40–10:10, waits for the customer"},
        {"kind": "late", "seconds": 900, "label": "Sat 10:10–10:25, 15 min"},
        {"kind": "ahead", "seconds": 1800, "label": "Sat 10:25–10:55, 30 min"},
    ]


def legend() -> list[dict[str, str]]:
    return [
        {"kind": "running", "label": "running: 50 min"},
        {"kind": "held", "label": "on hold: 30 min"},
        {"kind": "closed", "label": "closed hours: 16 h"},
        {"kind": "late", "label": "late: 15 min"},
        {"kind": "ahead", "label": "still to run: 30 min"},
    ]


def hits() -> list[dict[str, str]]:
    return [
        {
            "url": "#hits",
            "kind": "Contact",
            "icon": "user",
            "title": "李娜",
            "sub": "上海星辰电梯有限公司",
            "hint": "138 0013 8000",
        },
        {
            "url": "#hits",
            "kind": "Asset",
            "icon": "engine",
            "title": "GS-3200 · 118705",
            "sub": "Harbour Cranes Ltd",
            "hint": "",
        },
    ]
