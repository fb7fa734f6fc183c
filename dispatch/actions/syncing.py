"""What tablets did without a network and tell later: taken in once each, in its order, by the rules
that hold online.

Nothing is lost by a no: what cannot be applied is kept, the engineer hears why, and the desk finds
it on the task's page.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from crmservice.web.text import in_both
from dispatch.actions.keeping import lock, tell
from dispatch.actions.reporting import DRAFTED, save_draft
from dispatch.choices import OF_DEVICE, Outcome, Status
from dispatch.models import SyncedAction, Task, WorkReport
from dispatch.signals import Difference
from employees.models import Employee

NOT_COMPARED = ("signature",)  # a picture


@dataclass(frozen=True, kw_only=True)
class Said:
    """One action as the tablet told it.

    `known` is what the tablet knew of the task; `instead_of` the key of an earlier one that was not
    applied; `is_live`: the person still stands before the form, and hears a no at once.
    """

    key: str
    digest: str
    device: str
    number: str
    verb: str
    label: Callable[[], str]
    fields: Mapping[str, Any]
    known: Mapping[str, Any]
    happened_at: datetime
    instead_of: str = ""
    is_live: bool = False


class UnreadableError(DomainError):
    """What was typed is not valid; `errors` says so field by field."""

    def __init__(self, errors: Mapping[str, list[str]], words: Iterable[str]) -> None:
        super().__init__(" ".join(words))
        self.errors = errors


class AlreadyTakenError(Exception):
    """The key was taken in before."""

    def __init__(self, first: SyncedAction) -> None:
        super().__init__(first.key)
        self.first = first


@transaction.atomic
def take_in(
    said: Said,
    carry_out: Callable[[Task], Iterable[Difference] | None],
    *,
    by: Employee,
    at: datetime,
) -> SyncedAction:
    """Carry it out, or keep it with the reason; both in one transaction with its key.

    Raises AlreadyTakenError for a key that was taken in before: of two at the same moment the
    second waits for the first one's commit.
    """
    synced = claim(said, by=by, at=at)
    try:
        with transaction.atomic():
            task = synced.task = lock(task_of(synced))
            settle(carry_out(task) or (), synced)
    except DomainError as no:
        refuse(synced, said, no, by=by)
        if said.is_live:
            synced.delete()
            return synced
        synced.answer["in"] = in_both(lambda: refusal(synced, said, carry_out, by))
        tell_desk(synced, said, by=by, at=at)
    if said.instead_of and (synced.outcome == Outcome.DONE or synced.answer["is_applied"]):
        mine = SyncedAction.objects.unapplied().filter(key=said.instead_of, employee=by)
        mine.update(settled_at=at, settled_by=by)
    if synced.outcome == Outcome.DONE:
        synced.fields = without_pictures(synced.fields)
    synced.save(update_fields=["outcome", "answer", "fields"])
    return synced


def without_pictures(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is applied lies where it belongs; the log keeps the words."""
    return {
        name: "" if str(value).startswith("data:image/") else value
        for name, value in fields.items()
    }


def claim(said: Said, *, by: Employee, at: datetime) -> SyncedAction:
    """The row of the key, before anything is done for it."""
    task = Task.objects.filter(number=said.number).first()
    try:
        with transaction.atomic():
            return SyncedAction.objects.create(
                key=said.key,
                digest=said.digest,
                employee=by,
                device=said.device,
                number=said.number,
                task=task if task and was_ever_with(task, by) else None,
                verb=said.verb,
                fields=said.fields,
                known=said.known,
                happened_at=said.happened_at,
                received_at=at,
            )
    except IntegrityError:
        raise AlreadyTakenError(SyncedAction.objects.get(key=said.key)) from None


def task_of(synced: SyncedAction) -> Task:
    if synced.task is None:
        raise DomainError(_("You have no task %(number)s.") % {"number": synced.number})
    return synced.task


def was_ever_with(task: Task, person: Employee) -> bool:
    """A task that was taken away meanwhile is still known; a stranger's does not exist."""
    if person.pk in task.people:
        return True
    given = Activity.objects.filter(
        subject_type=Task._meta.label_lower, subject_id=task.pk, details__engineer_id=person.pk
    )
    return given.exists()


def settle(differences: Iterable[Difference], synced: SyncedAction) -> None:
    """It is applied; what another device had written of the same is kept in the answer."""
    found = [asdict(each) for each in differences]
    synced.outcome = Outcome.CONFLICT if found else Outcome.DONE
    words = [_("Two devices have written something else here.")] if found else []
    synced.answer = {"is_applied": True, "words": words, "differences": found}


def refuse(synced: SyncedAction, said: Said, no: DomainError, *, by: Employee) -> None:
    """It is not applied: a conflict if the task is another than the tablet knew, else a rule's
    no.
    """
    found = [asdict(each) for each in differences(synced.task, said, by)] if synced.task else []
    errors = getattr(no, "errors", {no.field: [str(no)]} if no.field else {})
    synced.outcome = Outcome.CONFLICT if found else Outcome.REFUSED
    synced.answer = {
        "is_applied": False,
        "words": [str(no)],
        "errors": errors,
        "differences": found,
    }


def refusal(
    synced: SyncedAction, said: Said, carry_out: Callable[[Task], Any], by: Employee
) -> dict[str, Any]:
    """The words and the comparison in the language of now, for the desk, which may read another
    than the engineer: a rule says its no once more, and nothing stays of that.
    """
    words = synced.answer["words"]
    try:
        with transaction.atomic():
            carry_out(lock(task_of(synced)))
            transaction.set_rollback(True)
    except DomainError as no:
        words = [str(no)]
    found = differences(synced.task, said, by) if synced.task else ()
    return {"words": words, "differences": [asdict(each) for each in found]}


def differences(task: Task, said: Said, by: Employee) -> Iterable[Difference]:
    """What has become of the task since the tablet saw it, and of a report what stands there."""
    task = Task.objects.select_related("assignee").get(pk=task.pk)
    if by.pk not in task.people:
        theirs = task.assignee.name if task.assignee else _("nobody")
        yield Difference("assignee", _("Engineer"), by.name, theirs)
    known = said.known.get("status")
    if known in Status.values and known != task.status:
        yield Difference("status", _("Status"), str(Status(known).label), task.get_status_display())
    report = WorkReport.objects.filter(task=task).first()
    if report is not None and not task.is_unfinished:
        yield from disputed(report, said.fields, {})


def disputed(
    report: WorkReport, typed: Mapping[str, Any], known: Mapping[str, Any]
) -> Iterable[Difference]:
    """The fields of the report that another device has changed since, to something else."""
    for name in (*DRAFTED, *OF_DEVICE):
        if name not in typed or name in NOT_COMPARED:
            continue
        mine, theirs = plain(typed[name]), plain(report.drafted(name))
        if theirs not in {mine, plain(known.get(name))} and theirs:
            yield Difference(name, label_of_draft(name), mine, theirs)


def label_of_draft(name: str) -> str:
    if name in OF_DEVICE:
        return str(OF_DEVICE[name])
    return str(WorkReport._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def plain(value: Any) -> str:
    """As a person reads it: line ends, blanks at the end and closing zeros make no difference."""
    if isinstance(value, bool):
        return "on" if value else ""
    text = "" if value is None else str(value).replace("\r\n", "\n").strip()
    digits = text.removeprefix("-").replace(".", "", 1)
    is_decimal = digits.isascii() and digits.isdigit() and "." in text
    return text.rstrip("0").rstrip(".") if is_decimal else text


def tell_desk(synced: SyncedAction, said: Said, *, by: Employee, at: datetime) -> None:
    """Whoever planned the task hears that work is reported which does not stand on it; once until
    the desk has dealt with it.
    """
    if synced.task is None:
        return
    others = SyncedAction.objects.unapplied().filter(task=synced.task_id).exclude(pk=synced.pk)
    if others.exists():
        return
    tell(
        synced.task,
        "dispatch.not_applied",
        by=by,
        at=at,
        what=in_both(said.label),
        reason={key: " ".join(each["words"]) for key, each in synced.answer["in"].items()},
    )


@transaction.atomic
def merge_draft(
    task: Task,
    values: Mapping[str, Any],
    known: Mapping[str, Any],
    *,
    by: Employee,
    at: datetime,
) -> list[Difference]:
    """Keep what is typed so far. What another device has changed meanwhile stays, and both versions
    are answered; the other fields are written.
    """
    report = WorkReport.objects.filter(task=task).first()
    found = list(disputed(report, values, known)) if report else []
    names = {each.name for each in found}
    save_draft(
        task, {name: value for name, value in values.items() if name not in names}, by=by, at=at
    )
    return found


@transaction.atomic
def settle_synced(synced: SyncedAction, *, by: Employee, at: datetime) -> Task:
    """The desk has dealt with what a tablet reported and the task could not take."""
    assert synced.task is not None
    task = lock(synced.task)
    won = SyncedAction.objects.unapplied().filter(pk=synced.pk)
    if not won.update(settled_at=at, settled_by=by):
        raise DomainError(_("Somebody has dealt with it already."))
    tell(task, "dispatch.report_settled", by=by, at=at, engineer=synced.employee.name)
    return task
