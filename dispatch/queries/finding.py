"""How a task is found."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from crmservice.search.index import Document, index_many
from dispatch.models import Task
from service_requests.queries import day_of

KIND = "task"


def search_words(task: Task) -> dict[str, Any]:
    """How a task is found: used by the verbs, the import and the rebuild alike. The day is written
    as it is read in either language.
    """
    when = day_of(task.planned_start).isoformat() if task.planned_start else ""
    names = [
        task.customer.name if task.customer else "",
        task.assignee.name if task.assignee else "",
        *(person.name for person in task.crew.all()),
    ]
    codes = [task.number]
    if task.service_request:
        codes.append(task.service_request.number)
    if task.asset:
        codes.append(task.asset.serial_no)
    return {
        "title": f"{task.number} {task.title}",
        "subtitle": " · ".join(filter(None, [*names, when])),
        "url": task.get_absolute_url(),
        "rank_at": task.planned_start or task.created_at,
        "codes": codes,
        "words": [name for name in names if name],
        "body": [task.instructions],
        "scope": scopes(task),
    }


def scopes(task: Task) -> list[str]:
    """Who finds it: as TaskQuerySet.visible_to."""
    outlets = {task.assignee.outlet_id} if task.assignee else set()
    if task.service_request:
        outlets |= {outlet.pk for outlet in task.service_request.outlets.all()}
    elif task.customer and not task.assignee:
        outlets |= {outlet.pk for outlet in task.customer.served_by.all()}
    outlets |= {person.outlet_id for person in task.crew.all()}
    own = [f"u{key}" for key in task.people]
    return [*(f"o{pk}" for pk in sorted(outlets)), *own]


def documents(tasks: QuerySet[Task]) -> Iterator[Document]:
    """The search entries of tasks, the oldest first."""
    rows = tasks.select_related("assignee", "customer", "asset", "service_request")
    rows = rows.prefetch_related(
        "service_request__outlets", "customer__served_by", "crew"
    ).order_by("listed_at", "pk")
    for task in rows.iterator(chunk_size=1000):
        yield Document(kind=KIND, object_id=task.pk, **search_words(task))


def rebuild_search() -> int:
    return index_many(documents(Task.objects.all()))
