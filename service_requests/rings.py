"""When rules lift a request to a higher ring: pure reading of what is known of it. No ORM, no
clock.

Each rule answers with the moment from which it is met. What has no moment of its own (a complaint,
a tier, a count) is met since the spell began: whoever asks takes the moment at which it is seen.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from crmservice.worktime import Span, WorkCalendar
from service_requests.choices import Kind, Trigger
from service_requests.sla import Promise, at_risk_at


class Rule(NamedTuple):
    """A rule as data; empty severity, tier and target mean every one."""

    pk: int
    trigger: str
    ring: int
    threshold: int = 0
    target: str = ""
    severity: str = ""
    tier_id: int | None = None


class Clock(NamedTuple):
    """A clock that is not yet decided."""

    target: str
    calendar: WorkCalendar
    starts: datetime
    promise: Promise
    holds: Sequence[Span] = ()


@dataclass(frozen=True)
class Case:
    """What the rules look at: the present spell of a request, from `since` on.

    `expiries` are the moments at which holds outlived their expiry, `unanswered` the due times of
    hand-overs without an answer.
    """

    since: datetime
    kind: str = ""
    severity: str = ""
    tier_id: int | None = None
    repeats: int = 0
    transfers: int = 0
    clocks: Sequence[Clock] = ()
    holds: Sequence[Span] = ()
    expiries: Sequence[datetime] = ()
    unanswered: Sequence[datetime] = ()


class Step(NamedTuple):
    """A rule that is met, or will be if nothing changes; `target` is the clock that meets it."""

    at: datetime
    rule: Rule
    target: str = ""


def steps(rules: Iterable[Rule], case: Case, met: Collection[int] = ()) -> list[Step]:
    """What comes and when, in order; the rules in `met` have had their turn."""
    coming = [step for rule in rules if rule.pk not in met for step in step_of(rule, case)]
    return sorted(coming, key=lambda step: (step.at, step.rule.ring, step.rule.pk))


def step_of(rule: Rule, case: Case) -> Iterator[Step]:
    """The first moment at which the rule is met; nothing when it is not in sight."""
    if rule.severity and rule.severity != case.severity:
        return
    if rule.tier_id is not None and rule.tier_id != case.tier_id:
        return
    if rule.trigger == Trigger.TIME_USED:
        yield from sorted(time_used(rule, case))[:1]
    elif rule.trigger == Trigger.HELD:
        yield from (Step(at, rule) for at in held_for(timedelta(hours=rule.threshold), case.holds))
    elif rule.trigger == Trigger.HOLDS_EXPIRED:
        expired = sorted(case.expiries)[rule.threshold - 1 : rule.threshold]
        yield from (Step(at, rule) for at in expired)
    elif rule.trigger == Trigger.UNANSWERED and case.unanswered:
        yield Step(min(case.unanswered) + timedelta(hours=rule.threshold), rule)
    elif is_so(rule, case):
        yield Step(case.since, rule)


def time_used(rule: Rule, case: Case) -> Iterator[Step]:
    for clock in case.clocks:
        if rule.target in {"", clock.target}:
            share = Fraction(rule.threshold, 100)
            at = at_risk_at(clock.calendar, clock.starts, clock.promise, clock.holds, share)
            if at is not None:
                yield Step(at, rule, clock.target)


def held_for(limit: timedelta, holds: Iterable[Span]) -> Iterator[datetime]:
    """The moment at which all holds together have lasted `limit`, an open one going on."""
    held = timedelta()
    for hold in sorted(holds, key=lambda span: span.starts):
        reached = hold.starts + (limit - held)
        if hold.ends is None or reached <= hold.ends:
            yield reached
            return
        held += hold.ends - hold.starts


def is_so(rule: Rule, case: Case) -> bool:
    if rule.trigger == Trigger.COMPLAINT:
        return case.kind == Kind.COMPLAINT
    if rule.trigger == Trigger.REPEAT:
        return case.repeats >= rule.threshold
    if rule.trigger == Trigger.TRANSFERS:
        return case.transfers >= rule.threshold
    return rule.trigger == Trigger.TIER
