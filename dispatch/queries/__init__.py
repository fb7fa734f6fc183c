"""Reads over tasks: what stands against a plan, who should go, what to know before leaving, what a
day holds.
"""

from dispatch.queries.boarding import (
    USUAL_HOURS,
    Board,
    Stretch,
    bar_key,
    begins,
    board,
    ends,
    length,
    monday_of,
    moved,
    shown_hours,
)
from dispatch.queries.checking import against, conflicts, warnings
from dispatch.queries.day_planning import DayFacts, day_facts, moment_of
from dispatch.queries.feeding import feed_entries, people_of, reader_of_feed
from dispatch.queries.filing import files_of
from dispatch.queries.finding import KIND, documents, rebuild_search, search_words
from dispatch.queries.finding_goods import GOODS, documents_of_goods, goods_words, rebuild_goods
from dispatch.queries.goods import (
    SHOWN_IN_A_STAGE,
    Ages,
    goods_on_board,
    is_forgotten,
    running_timer,
    with_timers,
)
from dispatch.queries.packing import PAUSED, package, statuses_on_tablet
from dispatch.queries.picking import Pick, pick_list, place_of_parts
from dispatch.queries.preparing import cover_of, find_parts, orders_of, preparation, visit_details
from dispatch.queries.recording import completeness_of, facts_between, facts_of
from dispatch.queries.relating import Related, related_tasks
from dispatch.queries.repeating import repeated_visit, visit_before
from dispatch.queries.returning import next_visit_of, wished_in_words
from dispatch.queries.scheduling import (
    days_ahead,
    hours_between,
    labour_hours,
    start_of,
    unfinished_of,
    zone_of,
)
from dispatch.queries.suggesting import (
    Job,
    arrival_due,
    home_of,
    job_of,
    people_for,
    place_of,
    sensible_start,
    suggestion_for,
)

__all__ = [
    "GOODS",
    "KIND",
    "PAUSED",
    "SHOWN_IN_A_STAGE",
    "USUAL_HOURS",
    "Ages",
    "Board",
    "DayFacts",
    "Job",
    "Pick",
    "Related",
    "Stretch",
    "against",
    "arrival_due",
    "bar_key",
    "begins",
    "board",
    "completeness_of",
    "conflicts",
    "cover_of",
    "day_facts",
    "days_ahead",
    "documents",
    "documents_of_goods",
    "ends",
    "facts_between",
    "facts_of",
    "feed_entries",
    "files_of",
    "find_parts",
    "goods_on_board",
    "goods_words",
    "home_of",
    "hours_between",
    "is_forgotten",
    "job_of",
    "labour_hours",
    "length",
    "moment_of",
    "monday_of",
    "moved",
    "next_visit_of",
    "orders_of",
    "package",
    "people_for",
    "people_of",
    "pick_list",
    "place_of",
    "place_of_parts",
    "preparation",
    "reader_of_feed",
    "rebuild_goods",
    "rebuild_search",
    "related_tasks",
    "repeated_visit",
    "running_timer",
    "search_words",
    "sensible_start",
    "shown_hours",
    "start_of",
    "statuses_on_tablet",
    "suggestion_for",
    "unfinished_of",
    "visit_before",
    "visit_details",
    "warnings",
    "wished_in_words",
    "with_timers",
    "zone_of",
]
