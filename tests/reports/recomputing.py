"""The figures of metrics.md once more, in plain Python from the files of the sample."""

import math
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.test_sample import STOPPED_BY, Oracle, local, rows

EVENTS = ("responded_at", "arrived_at", "restored_at", "resolved_at", "closed_at")
DIMENSIONS = (
    "solved_at_once", "speed", "knowledge", "information", "organisation", "price_fairness",
)  # fmt: skip
CALLED_FOR = {
    "fault": ("fault_code", "cause"),
    "claim": ("fault_code", "cause"),
    "complaint": ("cause",),
    "return": ("cause",),
}
CENT = Decimal("0.01")


class Company:
    """The rows of the export that are right, by the numbers of the requests that came in."""

    def __init__(self, numbers):
        self.requests = [row for row in rows("requests") if row["request_no"] in numbers]
        self.tasks = {row["task_no"]: row for row in rows("tasks") if row["request_no"] in numbers}
        self.surveys = [row for row in rows("surveys") if row["request_no"] in numbers]
        self.rates = {
            row["employee_no"]: Decimal(row["cost_rate_cny_per_hour"]) for row in rows("employees")
        }
        self.part_costs = {row["part_no"]: Decimal(row["cost_cny"]) for row in rows("parts")}
        oracle = Oracle()
        self.due = {row["request_no"]: oracle.judge(row)[3] for row in self.requests}

    def intake(self, first, after):
        return len(within(self.requests, "opened_at", first, after))

    def promises(self, first, after):
        """Per target: kept, decided, cancelled."""
        found = defaultdict(Counter)
        for row in within(self.requests, "opened_at", first, after):
            for target, due in self.due[row["request_no"]].items():
                found[target][self.outcome(row, target, due)] += 1
        return {
            target: (count["kept"], count["kept"] + count["missed"], count["cancelled"])
            for target, count in found.items()
        }

    def outcome(self, row, target, due):
        events = EVENTS[EVENTS.index(STOPPED_BY[target]) :]
        known = [local(row[event]) for event in events if row[event]]
        is_done = row["status"] in {"resolved", "closed"}
        if row[events[0]] or (is_done and known):
            return "kept" if (min(known) if is_done else known[0]) <= due else "missed"
        assert row["status"] == "cancelled", row
        last = max(local(row[event]) for event in ("opened_at", *EVENTS) if row[event])
        return "missed" if due <= last else "cancelled"

    def resolved(self, first, after):
        return within(self.requests, "resolved_at", first, after)

    def throughput(self, first, after):
        took = sorted(
            local(row["resolved_at"]) - local(row["opened_at"])
            for row in self.resolved(first, after)
        )
        return percentile(took, 0.5), percentile(took, 0.9)

    def rings(self, first, after):
        counts = Counter(int(row["ring"]) for row in self.resolved(first, after))
        return [counts[ring] for ring in (1, 2, 3)]

    def dimensions(self, first, after):
        """Per dimension that was answered: mean, how many gave 4 or 5, how many answered."""
        found = {}
        answered = within(self.surveys, "answered_at", first, after)
        for name in DIMENSIONS:
            scores = [int(row[name]) for row in answered if row[name]]
            if scores:
                good = sum(score >= 4 for score in scores)
                found[name] = (sum(scores) / len(scores), good, len(scores))
        return found

    def nps(self, first, after):
        answered = within(self.surveys, "answered_at", first, after)
        given = [int(row["nps"]) for row in answered if row["nps"]]
        if not given:
            return None
        return 100 * (sum(n >= 9 for n in given) - sum(n <= 6 for n in given)) / len(given)

    def response_rate(self, first, after):
        """Answered and sent."""
        sent = within(self.surveys, "sent_at", first, after)
        return sum(bool(row["answered_at"]) for row in sent), len(sent)

    def records(self, first, after):
        """Records, events, in time, called for, filled: of visits and of solved requests."""
        parts = Counter(row["task_no"] for row in rows("parts_used"))
        visits = [
            (row, 1 + parts[row["task_no"]])
            for row in within(self.tasks.values(), "finished_at", first, after)
            if row["engineer_no"]
        ]
        day = timedelta(hours=24)
        in_time = [
            events
            for row, events in visits
            if local(row["entered_at"]) - local(row["finished_at"]) <= day
        ]
        solved = [
            row
            for row in self.resolved(first, after)
            if row["owner_no"] and row["status"] in {"resolved", "closed"}
        ]
        fields = [row[name] for row in solved for name in CALLED_FOR.get(row["kind"], ())]
        return (
            len(visits) + len(solved),
            sum(events for _row, events in visits),
            sum(in_time),
            len(fields),
            sum(bool(field) for field in fields),
        )

    def cost(self, first, after):
        """Labour, hours, parts, expenses, outside services."""
        labour = hours = parts = Decimal(0)
        for row in self.tasks.values():
            if first <= day_of(row) < after and row["engineer_no"]:
                for name in ("labour_hours", "travel_hours"):
                    worked = Decimal(row[name] or 0)
                    hours += worked
                    labour += rounded(worked * self.rates[row["engineer_no"]])
        for row in rows("parts_used"):
            task = self.tasks.get(row["task_no"])
            if task and first <= day_of(task) < after:
                parts += rounded(int(row["quantity"]) * self.part_costs[row["part_no"]])
        spent = Counter()
        for row in rows("expenses"):
            is_in = row["task_no"] in self.tasks and first <= row["date"] < after
            if is_in and row["status"] in {"approved", "paid"}:
                spent[row["category"] == "outside_service"] += Decimal(row["amount"])
        return labour, hours, parts, spent[False] or Decimal(0), spent[True] or Decimal(0)


def within(lines, column, first, after):
    return [row for row in lines if row[column] and first <= row[column][:10] < after]


def day_of(task):
    """The day of the work: when it began, else ended, else was planned."""
    stamps = (task["started_at"], task["finished_at"], task["planned_start"])
    return next(stamp for stamp in stamps if stamp)[:10]


def rounded(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def percentile(ordered, share):
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    return below + (above - below) * (place - math.floor(place))


def near(one, other):
    """The same to the microsecond; None is only None."""
    if one is None or other is None:
        return one is other
    return abs(one - other) < timedelta(microseconds=2)


class Headlines(Company):
    """What the reports say of a period, once more from the files: each as one plain loop."""

    def __init__(self, numbers):
        super().__init__(numbers)
        self.parents = {}
        for row in rows("assets"):
            self.parents.setdefault(row["serial_no"], row["parent_serial_no"])

    def device(self, serial):
        """The top of the tree."""
        while self.parents.get(serial):
            serial = self.parents[serial]
        return serial

    def spread(self, event, first, after):
        took = sorted(
            local(row[event]) - local(row["opened_at"])
            for row in within(self.requests, "opened_at", first, after)
            if row[event]
        )
        return percentile(took, 0.5), percentile(took, 0.9)

    def backlog(self, after):
        """Open at the first moment of `after`."""
        end = local(f"{after} 00:00:00")
        count = 0
        for row in self.requests:
            ended = row["resolved_at"]
            if row["status"] == "cancelled":
                ended = max(row[event] for event in ("opened_at", *EVENTS) if row[event])
            count += local(row["opened_at"]) <= end and not (ended and local(ended) <= end)
        return count

    def repeats(self):
        """Each fault that repeats an earlier one, with the latest that it repeats."""
        faults = [
            row
            for row in self.requests
            if row["kind"] == "fault" and row["fault_code"] and row["asset_serial_no"]
        ]
        found = {}
        for later in faults:
            opened = local(later["opened_at"])
            earlier = [
                (local(row["resolved_at"]), row["request_no"])
                for row in faults
                if row["request_no"] != later["request_no"]
                and row["resolved_at"]
                and row["status"] in {"resolved", "closed"}
                and row["fault_code"] == later["fault_code"]
                and self.device(row["asset_serial_no"]) == self.device(later["asset_serial_no"])
                and timedelta() <= opened - local(row["resolved_at"]) <= timedelta(days=90)
            ]
            if earlier:
                found[later["request_no"]] = max(earlier)[1]
        return found

    def first_time_fix(self, first, after):
        """Fixed the first time, of those with a visit."""
        visits = Counter(
            task["request_no"]
            for task in self.tasks.values()
            if task["kind"] == "onsite" and task["outcome"] in {"done", "not_solved"}
        )
        followed = set(self.repeats().values())
        visited = [row for row in self.resolved(first, after) if visits[row["request_no"]]]
        fixed = [
            row
            for row in visited
            if visits[row["request_no"]] == 1 and row["request_no"] not in followed
        ]
        return len(fixed), len(visited)

    def transfers(self, first, after):
        counts = [
            int(row["transfers"] or 0) for row in within(self.requests, "opened_at", first, after)
        ]
        return sum(counts), sum(count >= 3 for count in counts), len(counts)

    def scores(self, first, after):
        """All scores given: their sum, how many, how many of 4 and 5."""
        answered = within(self.surveys, "answered_at", first, after)
        given = [int(row[name]) for row in answered for name in DIMENSIONS if row[name]]
        return sum(given), len(given), sum(score >= 4 for score in given)

    def importance(self, first, after):
        """Per dimension Pearson's correlation with the NPS answer, by its textbook formula."""
        found = {}
        answered = [r for r in within(self.surveys, "answered_at", first, after) if r["nps"]]
        for name in DIMENSIONS:
            pairs = [(int(row[name]), int(row["nps"])) for row in answered if row[name]]
            if len(pairs) < 2:
                continue
            mean_x = sum(x for x, _y in pairs) / len(pairs)
            mean_y = sum(y for _x, y in pairs) / len(pairs)
            over = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
            square_x = sum((x - mean_x) ** 2 for x, _y in pairs)
            square_y = sum((y - mean_y) ** 2 for _x, y in pairs)
            if square_x and square_y:
                found[name] = over / math.sqrt(square_x * square_y)
        return found

    def contract_value(self, first, after, numbers):
        """Each contract's value by its days in the period."""
        sum_ = Decimal(0)
        begin, end = day(first), day(after)
        for row in rows("contracts"):
            if row["contract_no"] in numbers:
                starts, ends = day(row["starts_on"]), day(row["ends_on"])
                days = (min(ends + timedelta(1), end) - max(starts, begin)).days
                if days > 0:
                    sum_ += rounded(Decimal(row["value"]) * days / ((ends - starts).days + 1))
        return sum_

    def purchases(self, first, after, documents):
        bought = [row for row in rows("purchases") if row["document_no"] in documents]
        found = within(bought, "date", first, after)
        return len(found), sum(
            (Decimal(row["amount"].replace(",", "")) for row in found), Decimal(0)
        )

    def billed_parts(self, first, after):
        sum_ = Decimal(0)
        for row in rows("parts_used"):
            task = self.tasks.get(row["task_no"])
            if task and row["charged_to"] == "billed" and first <= day_of(task) < after:
                sum_ += rounded(int(row["quantity"]) * Decimal(row["unit_price_cny"]))
        return sum_


def day(text):
    return datetime.fromisoformat(text).date()
