"""The checklist of a task: answered on the spot, point by point."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from unicodedata import normalize

from django.db import transaction
from django.utils.translation import gettext as _

from assets.choices import ItemKind
from assets.models import Line
from crmservice.attachments import keeping
from crmservice.attachments.checking import Checked
from crmservice.errors import DomainError
from dispatch import policies
from dispatch.actions.keeping import about, lock, refuse_outsiders, refuse_unless_under_way
from dispatch.models import ChecklistItem, Task
from employees.models import Employee

YES = "yes"


@transaction.atomic
def answer_item(
    task: Task,
    *,
    item: ChecklistItem,
    answer: str = "",
    photo: Checked | None = None,
    happened_at: datetime | None = None,
    by: Employee,
    at: datetime,
) -> Task:
    """Write the answer of one point, or take it away with an empty one; the desk may, too, for who
    calls in. What counts is who said it last, and when. A photo stays with the task, for the
    customer to see. Raises DomainError for a figure that is none, and for words where a photo is
    wanted.
    """
    task = lock(task)
    if not policies.may_change(by, task):
        refuse_outsiders(task, by)
    refuse_unless_under_way(task)
    item = ChecklistItem.objects.get(pk=item.pk, task=task)
    item.photo = None
    if item.kind == ItemKind.PHOTO:
        if photo is not None and photo.content_type.startswith("image/"):
            item.photo = keeping.attach(
                task,
                photo,
                caption=item.text,
                visible=True,
                happened_at=happened_at,
                about=about(task),
                by=by,
                at=at,
            )
        elif answer.strip() or photo is not None:
            raise DomainError(_("“%(text)s” wants a photo.") % {"text": item.text}, field="answer")
        item.answer = YES if item.photo else ""
    else:
        item.answer = understood(item, answer.strip())
    answered_at = min(happened_at or at, at)
    item.answered_by, item.answered_at = (by, answered_at) if item.answer else (None, None)
    item.save(update_fields=["answer", "answered_by", "answered_at", "photo"])
    return task


def understood(item: ChecklistItem, answer: str) -> str:
    if not answer or item.kind == ItemKind.TEXT:
        return answer[:200]
    if item.kind == ItemKind.TICK:
        return YES
    try:
        number = Decimal(normalize("NFKC", answer).replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise DomainError(_("“%(text)s” wants a number.") % {"text": item.text}, field="answer")
    return f"{number:f}"[:200]


def write_checklist(task: Task, lines: Iterable[Line]) -> None:
    """Add these points below those that there are; each text once."""
    lines = list(lines)
    if not lines:
        return
    known = list(task.checklist.values_list("text", flat=True))
    new = [line for line in lines if line.text not in known]
    ChecklistItem.objects.bulk_create(
        ChecklistItem(task=task, position=len(known) + at, **line._asdict())
        for at, line in enumerate(new)
    )


def carry_over(task: Task, follow_up: Task) -> None:
    """What was not answered is to be answered by the follow-up."""
    write_checklist(follow_up, [item.line for item in task.checklist.filter(answer="")])
