"""The rules of warnings and rings: changed by who may, kept in the trail, applied to what is open.

A change lets the sweeps look at the open requests again: what a new rule says of them holds at
once, what was met or warned of already is not repeated.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crmservice.activity.changing import change
from crmservice.activity.trail import record
from crmservice.errors import DomainError
from employees.models import Employee
from service_requests.choices import THRESHOLDS, Trigger
from service_requests.models import EscalationRule, ServiceRequest, SlaTimer, WarningPolicy

LEAST_PERCENT, MOST_PERCENT = 1, 99


@transaction.atomic
def set_warnings(
    policy: WarningPolicy,
    *,
    percents: Sequence[int],
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> WarningPolicy:
    """Warn at these shares of a promise from now on; none means no warning of this clock.

    Raises DomainError for a share of nothing, or of the whole, which is the due time itself.
    """
    refuse_percents(percents)
    policy = change(
        policy,
        {"percents": sorted(set(percents))},
        verb="service_requests.warnings_set",
        version=version,
        by=by,
        at=at,
    )
    timers = SlaTimer.objects.running().filter(target=policy.target, breached_at=None)
    timers.update(warns_at=at)
    return policy


def refuse_percents(percents: Sequence[int]) -> None:
    if any(not LEAST_PERCENT <= percent <= MOST_PERCENT for percent in percents):
        raise DomainError(
            _("A warning comes at 1 to 99 per cent of the promise."), field="percents"
        )


@transaction.atomic
def create_rule(*, values: Mapping[str, Any], by: Employee, at: datetime) -> EscalationRule:
    """Raises DomainError, in words, for a rule that cannot be."""
    rule = EscalationRule(**values)
    refuse_rule(rule)
    rule.save(force_insert=True)
    record(rule, "service_requests.rule_created", by=by, at=at)
    look_again(at=at)
    return rule


@transaction.atomic
def change_rule(
    rule: EscalationRule,
    *,
    values: Mapping[str, Any],
    version: int | None = None,
    by: Employee,
    at: datetime,
) -> EscalationRule:
    """Raises DomainError, in words, for a rule that cannot be; what it has lifted stays where it
    is.
    """
    for name, value in values.items():
        setattr(rule, name, value)
    refuse_rule(rule)
    rule = change(rule, values, verb="service_requests.rule_changed", version=version, by=by, at=at)
    look_again(at=at)
    return rule


def look_again(*, at: datetime) -> None:
    ServiceRequest.objects.open().update(climbs_at=at)


def refuse_rule(rule: EscalationRule) -> None:
    """Raise DomainError for what contradicts itself or another rule."""
    refuse_threshold(rule)
    if rule.target and rule.trigger != Trigger.TIME_USED:
        raise DomainError(_("Only the share of a promise is of one clock."), field="target")
    if rule.trigger == Trigger.TIER and rule.tier is None:
        raise DomainError(_("Say which tier."), field="tier")
    others = EscalationRule.objects.filter(
        trigger=rule.trigger, target=rule.target, severity=rule.severity, tier=rule.tier
    ).exclude(pk=rule.pk)
    if others.filter(ring=rule.ring).exists():
        raise DomainError(_("There is a rule for this case and ring already; change that one."))
    other = others.filter(is_active=True).first()
    if not rule.is_active or other is None:
        return
    lower, higher = sorted((rule, other), key=lambda each: each.ring)
    if (lower.threshold or 0) >= (higher.threshold or 0) and rule.trigger in THRESHOLDS:
        raise DomainError(
            _("Ring 3 comes after ring 2: that is from %(lower)d, this from %(higher)d on.")
            % {"lower": lower.threshold or 0, "higher": higher.threshold or 0},
            field="threshold",
        )


def refuse_threshold(rule: EscalationRule) -> None:
    limits = THRESHOLDS.get(Trigger(rule.trigger))
    if limits is None and rule.threshold is not None:
        raise DomainError(_("Nothing is counted here; leave it empty."), field="threshold")
    if limits is None:
        return
    least, most = limits
    if rule.threshold is None or not least <= rule.threshold <= most:
        raise DomainError(
            _("Write a number from %(least)d to %(most)d.") % {"least": least, "most": most},
            field="threshold",
        )
