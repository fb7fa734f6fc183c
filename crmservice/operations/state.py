"""What the operations page shows: read from the database, so that every process tells the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Min, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crmservice import heartbeats
from crmservice.activity.models import Activity, TellingFailure
from crmservice.celery import DUTIES
from crmservice.delivery.choices import Channel
from crmservice.delivery.models import Delivery, Outgoing
from crmservice.operations.signals import lags
from crmservice.web.text import moment, span

SHOWN = 100
LATE = timedelta(seconds=10)
TROUBLES_KEPT = 15  # seconds
WORDS: dict[str, Promise] = {
    "tell": gettext_lazy("Tell who should hear"),
    "deliver": gettext_lazy("Send mail"),
    "tiers": gettext_lazy("Compute tiers"),
    "breaches": gettext_lazy("Record what is overdue"),
    "warnings": gettext_lazy("Warn before a promise is missed"),
    "rings": gettext_lazy("Lift requests to the next ring"),
    "holds": gettext_lazy("End holds that have expired"),
    "handovers": gettext_lazy("Tell of unanswered hand-overs"),
    "reminders": gettext_lazy("Remind engineers of their tasks"),
    "acceptances": gettext_lazy("Tell of tasks that nobody accepted"),
    "contracts": gettext_lazy("Begin, resume and end contracts on their days"),
    "contract_ends": gettext_lazy("Remind of contracts that end"),
    "omissions": gettext_lazy("Remind of open records"),
    "articles": gettext_lazy("Remind of articles to be checked again or bettered"),
    "offers": gettext_lazy("End offers whose last day is over"),
    "questions": gettext_lazy("Pass on questions that nobody answered"),
    "day_plans": gettext_lazy("Reckon plans of a day"),
    "unreported": gettext_lazy("Note visits that nobody has reported"),
    "backup": gettext_lazy("Make a backup"),
    "goods": gettext_lazy("Tell of goods that are still in the depot"),
    "old_parts": gettext_lazy("Remind of old parts that are to be returned"),
    "returns": gettext_lazy("Remind of returns whose next step is overdue"),
    "timers": gettext_lazy("Ask about timers that may be forgotten"),
    "attachments": gettext_lazy("Clear away files that belong to nothing"),
    "facts": gettext_lazy("Keep what reports count up to date"),
    "columns": gettext_lazy("Keep the facts of changed days as columns"),
    "reports": gettext_lazy("Send scheduled reports"),
    "monthly_report": gettext_lazy("Make the monthly service report"),
    "certificates": gettext_lazy("Remind of certificates that end"),
    "recalculations": gettext_lazy("Carry on recalculations of open clocks"),
    "touches": gettext_lazy("Make the touches of care plans"),
    "touch_reminders": gettext_lazy("Remind of care touches"),
    "surveys": gettext_lazy("Remind of unanswered surveys"),
    "call_backs": gettext_lazy("Tell of call-backs that are overdue"),
    "trends": gettext_lazy("Judge each month who buys more or less"),
    "recovery": gettext_lazy("Remind of recovery cases"),
    "tier_reviews": gettext_lazy("Remind of tiers that were set by hand"),
    "needs": gettext_lazy("Tell of needs that nobody answered"),
    "complaints": gettext_lazy("Tell of complaints that are overdue"),
    "signals": gettext_lazy("Tell of business signals that nobody answered"),
    "planned_work": gettext_lazy("Make the tasks of plans"),
}


@dataclass(frozen=True)
class Lag:
    """How long the oldest of something has waited beyond its time; None when nothing waits."""

    label: str
    late: timedelta | None

    @property
    def fact(self) -> dict[str, str]:
        if self.late is None:
            return {"label": self.label, "text": _("nothing waits"), "kind": "good"}
        kind = "bad" if self.late > LATE else "good"
        return {"label": self.label, "text": span(self.late), "kind": kind}


@dataclass(frozen=True)
class DeadLetter:
    """Something that was tried for three days or refused for good, in words."""

    pk: int
    what: str
    to: str
    since: datetime
    attempts: int
    error: str


def duties(*, at: datetime) -> list[dict[str, str]]:
    """Each duty of the beat table as a fact: when it was last done."""
    silent = heartbeats.silent(at=at, since=heartbeats.watch.since)
    facts = []
    for name, age in heartbeats.ages(at=at).items():
        said = _("never") if age is None else _("%(span)s ago") % {"span": aged(age)}
        period = _("every %(span)s") % {"span": span(DUTIES[name]["schedule"])}
        kind = "bad" if name in silent else "good"
        facts.append({"label": str(WORDS[name]), "text": said, "kind": kind, "sub": period})
    return facts


def aged(seconds: float) -> str:
    return span(timedelta(seconds=round(seconds)))


@dataclass(frozen=True)
class Troubles:
    """What an administrator has to see to, whichever page is open (R-14)."""

    silent: tuple[str, ...]
    is_mail_down: bool
    dead: int

    @property
    def sentences(self) -> list[str]:
        said = []
        if self.silent:
            names = ", ".join(str(WORDS[name]) for name in self.silent)
            said.append(_("Not done for too long: %(duties)s.") % {"duties": names})
        if self.is_mail_down:
            said.append(_("The mail server does not answer: mail waits, and is tried again."))
        if self.dead:
            words = ngettext(
                "%(count)s message could not be delivered.",
                "%(count)s messages could not be delivered.",
                self.dead,
            )
            said.append(words % {"count": self.dead})
        return said


def troubles(*, at: datetime) -> Troubles:
    """As they were within the last 15 seconds, so that no page waits for them."""
    found = cache.get("troubles")
    if found is None:
        found = Troubles(
            silent=tuple(heartbeats.silent(at=at, since=heartbeats.watch.since)),
            is_mail_down=Outgoing.objects.filter(failures__gt=0).exists(),
            dead=len(Delivery.objects.dead().values_list("pk", flat=True)[:SHOWN])
            + len(
                TellingFailure.objects.exclude(dead_at=None).values_list("pk", flat=True)[:SHOWN]
            ),
        )
        cache.set("troubles", found, TROUBLES_KEPT)
    return found


def lag_facts(*, at: datetime) -> list[dict[str, str]]:
    untold = Activity.objects.to_tell(at).order_by().aggregate(first=Min("entered_at"))["first"]
    unsent = Delivery.objects.due(at).order_by().aggregate(first=Min("due_at"))["first"]
    own = [
        Lag(_("Not told yet"), since(untold, at)),
        Lag(_("Mail not sent yet"), since(unsent, at)),
    ]
    others = [answer for _receiver, answer in lags.send(None, at=at)]
    return [lag.fact for lag in [*others, *own] if isinstance(lag, Lag)]


def since(moment_: datetime | None, at: datetime) -> timedelta | None:
    return max(at - moment_, timedelta()) if moment_ else None


def mail_facts() -> list[dict[str, str]]:
    """The mail server's state; never its password."""
    if not settings.EMAIL_URL:
        effect = _("Notices stay in the inbox, customers are not written to.")
        none = {"text": _("none is set"), "kind": "warning", "sub": effect}
        return [{"label": _("Mail server"), **none}]
    state = Outgoing.objects.filter(channel=Channel.MAIL).first()
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    facts = [{"label": _("Mail server"), "text": server}]
    if state and state.failures:
        facts.append(
            {"label": _("State"), "text": _("does not answer"), "kind": "bad", "sub": state.error}
        )
        facts.append({"label": _("Asked again at"), "text": moment(state.closed_until)})
    answered = moment(state.answered_at) if state else ""
    facts.append({"label": _("Last mail sent at"), "text": answered})
    return facts


def dead_deliveries() -> list[DeadLetter]:
    rows = Delivery.objects.dead().select_related("activity", "recipient").order_by("-dead_at")
    return [
        DeadLetter(
            row.pk,
            f"{row.activity.subject_name}: {row.activity.sentence.text}",
            row.address or str(row.recipient),
            row.dead_at or row.due_at,
            row.attempts,
            row.last_error,
        )
        for row in rows[:SHOWN]
    ]


def dead_tellings() -> list[DeadLetter]:
    rows: QuerySet[TellingFailure] = TellingFailure.objects.exclude(dead_at=None)
    return [
        DeadLetter(
            row.pk,
            f"{row.activity.subject_name}: {row.activity.sentence.text}",
            "",
            row.dead_at or row.retry_at,
            row.attempts,
            row.error,
        )
        for row in rows.select_related("activity").order_by("-dead_at")[:SHOWN]
    ]
