"""The made-up company: as the actions leave things, each time the same, and never for real."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, Q
from django.utils.timezone import now

from crmservice.activity.models import Activity, Filing
from crmservice.search.kinds import KINDS
from crmservice.search.models import Entry
from crmservice.worktime import Span
from customers.models import Customer
from dispatch.models import Task
from employees.queries import work_calendar
from expenses.management.seeding.company import Seeding
from service_requests.choices import Target
from service_requests.models import Hold, ServiceRequest, SlaTimer
from service_requests.promises import judge
from tests.factories.service_requests import ServiceRequestFactory

REQUESTS = 400


@pytest.fixture(autouse=True)
def _catalogues(db):
    """They may have been flushed by a test with real transactions."""
    import_module("service_requests.migrations.0002_catalogues").make_catalogues(apps, None)


@pytest.fixture
def seeded(db):
    assert list(Seeding(REQUESTS, 1, now()).run())[-1] == REQUESTS
    connection.check_constraints()


def test_everything_is_there_in_proportion(seeded):
    requests = ServiceRequest.objects.all()

    assert requests.count() == REQUESTS
    assert Customer.objects.count() == REQUESTS // 10
    assert 0.12 < requests.open().count() / REQUESTS < 0.28
    assert Activity.objects.count() == 5 * REQUESTS
    assert not Activity.objects.filter(told_at=None).exists()
    each = Filing.objects.values("activity").annotate(files=Count("pk"))
    assert {row["files"] for row in each} == {2, 3}
    assert Task.objects.exists()


def test_it_is_found_as_if_it_had_been_logged(seeded):
    shown = (
        "kind",
        "object_id",
        "title",
        "subtitle",
        "url",
        "badge",
        "tokens_a",
        "tokens_b",
        "scope",
    )
    kinds = ("customer", "contact", "asset", "request")
    seeded_entries = set(Entry.objects.values_list(*shown))
    Entry.objects.all().delete()

    for kind in kinds:
        KINDS[kind].rebuild()

    assert set(Entry.objects.filter(kind__in=kinds).values_list(*shown)) == seeded_entries


def test_every_clock_is_as_the_rules_judge_it(seeded):
    at = now()
    calendars = {}
    for timer in SlaTimer.objects.select_related("service_request").prefetch_related(
        "service_request__holds__reason"
    ):
        calendar = calendars.setdefault(timer.calendar_id, work_calendar(timer.calendar_id))
        request = timer.service_request
        met = {Target.RESPONSE: request.responded_at, Target.ARRIVAL: request.arrived_at}
        stopped = met.get(timer.target, request.restored_at)
        holds = [Span(hold.starts_at, hold.ends_at) for hold in request.holds.all()]
        facts = ("due_at", "risk_at", "stopped_at", "cancelled", "breached_at", "late_by")
        before = [getattr(timer, fact) for fact in facts]
        if timer.remaining is not None and timer.breached_at is not None:
            continue  # overdue already when it was put on hold: what is left is nothing
        judge(
            timer,
            calendar,
            stopped_at=stopped,
            holds=holds if stopped is None else (),
            cancelled_at=request.cancelled_at,
            at=at,
        )
        assert [getattr(timer, fact) for fact in facts] == before, (request.number, timer.target)


def test_the_place_in_the_queue_follows_from_the_clocks(seeded):
    is_open = Q(sla_timers__stopped_at=None, sla_timers__due_at__isnull=False)
    for request in ServiceRequest.objects.prefetch_related("sla_timers"):
        running = [t for t in request.sla_timers.all() if t.stopped_at is None and t.due_at]
        first = min(running, key=lambda timer: timer.due_at, default=None)
        assert request.next_due_at == (first.due_at if first else None)
        assert request.next_target == (first.target if first else "")
    assert ServiceRequest.objects.filter(is_open).exists()
    assert Hold.objects.filter(service_request__status="waiting").count() == (
        ServiceRequest.objects.filter(status="waiting").count()
    )


def test_the_same_number_makes_the_same_company(db):
    at = now() - timedelta(days=1)

    def subjects(seed):
        found = []
        for _ in Seeding(30, seed, at).run():
            newest = ServiceRequest.objects.order_by("-pk")[:30]
            found = [(each.subject, each.opened_at, each.status) for each in newest]
        return found

    first, again, other = subjects(1), subjects(1), subjects(2)
    assert first == again
    assert first != other
    assert ServiceRequest.objects.count() == 90


def test_nothing_is_made_up_in_production(db, settings):
    settings.MODE = "production"

    with pytest.raises(CommandError):
        call_command("seed", requests=10)
    assert not ServiceRequest.objects.exists()


def test_what_comes_after_it_has_its_own_keys(seeded):
    assert ServiceRequestFactory().pk > REQUESTS
