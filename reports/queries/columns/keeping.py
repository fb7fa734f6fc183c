"""Days are kept as columns; as a cache is, and like the facts themselves, they are written here."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Max, Min

from reports.models import FactBlock, FactColumn
from reports.queries import facts
from reports.queries.columns import layouts
from reports.queries.columns.layouts import LAYOUTS, Layout


def missing() -> Iterator[tuple[Layout, int]]:
    """The days that are to be kept and are not, of each layout the latest first: none where facts
    are so few that the database counts them sooner.
    """
    for layout in LAYOUTS:
        ordered = layout.facts.order_by(layout.moment).values_list(layout.moment, flat=True)
        if not ordered[layouts.LARGE : layouts.LARGE + 1]:
            continue
        reach = layout.facts.aggregate(first=Min(layout.moment), last=Max(layout.moment))
        kept = set(FactBlock.objects.filter(layout=layout.key).values_list("day", flat=True))
        first, last = layout.day_of(reach["first"]), layout.day_of(reach["last"])
        for day in range(last, first - 1, -1):
            if day not in kept:
                yield layout, day


def keep(layout: Layout, day: int) -> None:
    """Those of one day, while no fact changes."""
    from reports.queries.columns import packing  # noqa: PLC0415  (with numpy, where needed)

    with transaction.atomic():
        facts.alone()
        rows, kept = packing.packed(layout.facts.filter(layout.within(day, day + 1)), layout)
        block, new = FactBlock.objects.get_or_create(
            layout=layout.key, day=day, defaults={"rows": rows}
        )
        if new and rows:
            FactColumn.objects.bulk_create(
                FactColumn(block=block.pk, name=name, data=data) for name, data in kept.items()
            )


def sweep() -> int:
    """Take away the columns of blocks that are gone; tells how many."""
    gone = FactColumn.objects.exclude(block__in=FactBlock.objects.values("pk"))
    return gone.delete()[0]
