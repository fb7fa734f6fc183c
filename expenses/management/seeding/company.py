"""Customers, their devices, and requests with all that hangs on them, row by row."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from contracts.choices import Cover
from crmservice.bulk import loading
from dispatch.choices import Kind as TaskKind
from dispatch.choices import Status as TaskStatus
from dispatch.choices import TimeKind
from expenses.choices import Category
from expenses.choices import Status as ClaimStatus
from expenses.management.seeding import words
from expenses.management.seeding.catalogues import Catalogues, Person
from expenses.management.seeding.life import Case, text
from expenses.management.seeding.tables import tables
from orders.choices import LineKind
from orders.choices import Status as OrderStatus
from service_requests.choices import Channel, Severity, priority_of

CHUNK = 5_000
YEARS = timedelta(days=3 * 365)
CUSTOMERS, ASSETS = 10, 3  # a customer for ten requests, a device for three
WITH_ASSET, WITH_PART, WITH_OUTLAY, ASKED, ANSWERED = 0.3, 0.25, 0.35, 0.2, 0.5
UNDECIDED = timedelta(days=7)
CHANNELS = [channel.value for channel in Channel]
SEVERITIES = [Severity.NORMAL.value] * 6 + [Severity.HIGH.value] * 3 + [Severity.CRITICAL.value]
CATEGORIES = [category.value for category in Category if category != Category.MILEAGE]
NPS, SCORES = (10, 10, 9, 9, 9, 8, 8, 7, 6, 3), (5, 5, 5, 4, 4, 4, 3, 2)


class Someone(NamedTuple):
    """A customer with the one contact."""

    pk: int
    code: str
    name: str
    contact: int
    outlet: int


class Device(NamedTuple):
    pk: int
    serial_no: str


class Made(NamedTuple):
    """A request with what it refers to."""

    pk: int
    number: str
    case: Case
    owner: Person
    customer: Someone
    asset: Device | None


class Seeding:
    """One run. Moments are UTC without a zone; ids are given here, not by the database."""

    def __init__(self, requests: int, seed: int, at: datetime) -> None:
        """Draws nothing yet."""
        self.requests, self.at = requests, at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
        self.random = Random(seed)  # noqa: S311  (nothing secret)
        self.begun = self.at - YEARS
        self.catalogues = Catalogues()
        self.tables = tables()
        self.ids = {name: table.next_id for name, table in self.tables.items()}
        self.customers: list[Someone] = []
        self.assets: list[Device] = []

    def run(self) -> Iterator[int]:
        """Tells how many requests are in, chunk by chunk; call it in a transaction."""
        with loading(list(self.tables.values())) as write:
            for place in range(max(self.requests // CUSTOMERS, 1)):
                self.customers.append(self._customer())
                if is_many(place):
                    write()
            for place in range(max(self.requests // ASSETS, 1)):
                self.assets.append(self._asset(self.customers[place % len(self.customers)]))
                if is_many(place):
                    write()
            for place in range(self.requests):
                self._request(place)
                if is_many(place):
                    write()
                    yield place + 1
            write()
        yield self.requests

    def _add(self, name: str, *values: object) -> int:
        """Add a row to a table; returns its key."""
        key = self.ids[name]
        self.ids[name] = key + 1
        self.tables[name].add(key, *values)
        return key

    # Customers and their devices.

    def _customer(self) -> Someone:
        random, key = self.random, self.ids["customer"]
        city, trade = random.choice(words.CITIES), random.choice(words.TRADES)
        brand = "".join(map(random.choice, (words.FIRST, words.SECOND, words.FIRST)))
        name, code, phone = f"{city}{brand}{trade}有限公司", f"ZC{key:07d}", f"+86137{key:08d}"
        address, outlet = f"{city}工业园区{key % 97 + 1}号", random.choice(self.catalogues.outlets)
        tier, since = self.catalogues.tier_of(key), text(self.begun)
        self._add("customer", code, name, city, address, trade, phone, phone, tier.pk, since)
        self._add("served", key, outlet)
        tokens = words.found_by(
            "customer", outlet, title=[name], subtitle=[code, city], names=[name], codes=[code],
            phones=[phone], body=[address, trade],
        )  # fmt: skip
        url, sub = f"/customers/{code}/", f"{code} · {city}"
        self._add("entry", "customer", key, name, sub, url, "", since, *tokens)
        return Someone(key, code, name, self._contact(key, code, name, outlet), outlet)

    def _contact(self, customer: int, customer_code: str, company: str, outlet: int) -> int:
        name = self.random.choice(words.SURNAMES) + self.random.choice(words.GIVEN)
        code, phone = f"ZP{self.ids['contact']:07d}", f"+86139{customer:08d}"
        since = text(self.begun)
        contact = self._add("contact", code, name, since)
        self._add("affiliation", contact, customer, words.POSITION)
        self._add("phone", contact, phone, phone)
        tokens = words.found_by(
            "contact", outlet, title=[name], subtitle=[company, words.POSITION], names=[name],
            codes=[code], phones=[phone],
        )  # fmt: skip
        url, sub = f"/customers/{customer_code}/?contact={code}", f"{company} {words.POSITION}"
        self._add("entry", "contact", contact, name, sub, url, "", since, *tokens)
        return contact

    def _asset(self, owner: Someone) -> Device:
        key, model = self.ids["asset"], self.random.choice(self.catalogues.models)
        serial, on = f"ZS{key:08d}", (self.begun + timedelta(self.random.randrange(900))).date()
        until = on + timedelta(days=729)
        self._add("asset", serial, model.pk, owner.pk, key, on, on, 24, until)
        tokens = words.found_by(
            "asset", owner.outlet, title=[serial], subtitle=[model.name, owner.name],
            codes=[serial], words=[model.name_zh, model.name_en, model.code],
        )  # fmt: skip
        url, sub = f"/assets/{serial}/", f"{model.name} · {owner.name}"
        self._add("entry", "asset", key, serial, sub, url, model.code, f"{on} 00:00:00", *tokens)
        return Device(key, serial)

    # Requests.

    def _request(self, place: int) -> None:
        random, key = self.random, self.ids["request"]
        age = (place + random.random()) / self.requests
        case = Case(random, self.at, self.begun + YEARS * age, age)
        spot = random.randrange(len(self.assets))
        has_asset = case.is_fault or case.chance(WITH_ASSET)
        made = Made(
            key,
            f"Z{key:08d}",
            case,
            random.choice(self.catalogues.people),
            self.customers[spot % len(self.customers)],
            self.assets[spot] if has_asset else None,
        )
        subject = random.choice(words.SUBJECTS)
        self._add("request", *self._columns(made, subject))
        self._add("involved", key, made.owner.outlet)
        for clock in case.clocks:
            self._add("timer", key, self.catalogues.calendar, *clock.row(case.opened))
        if case.hold_expires:
            times = text(case.held), text(case.hold_expires)
            self._add("hold", key, self.catalogues.hold_reason, *times, made.owner.pk)
        self._history(made)
        self._entry(made, subject)
        if case.has_visit and case.resolved:
            self._visit(made)
        if case.resolved and case.chance(ASKED):
            self._survey(key, case.resolved)

    def _columns(self, made: Made, subject: str) -> tuple[object, ...]:
        """The request's own row, in the order of `tables`."""
        random, case, customer, owner = self.random, made.case, made.customer, made.owner.pk
        tier, severity = self.catalogues.tier_of(customer.pk), random.choice(SEVERITIES)
        is_coded = case.resolved and case.is_fault
        due, target, risk = case.next
        return (
            made.number, random.choice(CHANNELS), case.kind, severity,
            priority_of(severity, tier.rank), case.status, subject, words.NOTE, customer.pk,
            customer.contact, made.asset and made.asset.pk, Cover.OUT_OF_WARRANTY.value, tier.pk,
            self.catalogues.entitlements[tier.pk], text(case.opened), text(case.responded),
            text(case.arrived), text(case.restored), text(case.resolved), text(case.closed),
            text(case.cancelled), owner, owner, text(case.responded), case.ring, case.ring,
            case.has_visit, words.RESOLUTION if case.resolved else "",
            random.choice(self.catalogues.faults) if is_coded else None,
            random.choice(words.CAUSES) if is_coded else "",
            text(due or case.hold_expires or case.opened), text(due), text(risk), target, owner,
            text(case.opened),
        )  # fmt: skip

    def _history(self, made: Made) -> None:
        """Five entries, filed under the request, its customer and its asset."""
        subject = "service_requests.servicerequest"
        filed = [(subject, made.pk), ("customers.customer", made.customer.pk)]
        if made.asset:
            filed.append(("assets.asset", made.asset.pk))
        url = f"/requests/{made.number}/"
        for verb, at, said, details in made.case.history():
            when = text(at)
            activity = self._add(
                "activity", subject, made.pk, made.number, url, f"service_requests.{verb}",
                made.owner.pk, when, when, said, details, when,
            )  # fmt: skip
            for record, key in filed:
                self._add("filing", activity, record, key, when)

    def _entry(self, made: Made, subject: str) -> None:
        serials = [made.asset.serial_no] if made.asset else []
        name = made.customer.name
        tokens = words.found_by(
            "request", made.owner.outlet, title=[made.number, subject], subtitle=[name, *serials],
            codes=[made.number, *serials], words=[name],
            body=[words.NOTE, words.RESOLUTION if made.case.resolved else ""],
        )  # fmt: skip
        title, sub = f"{made.number} {subject}", " · ".join([name, *serials])
        since, url = text(made.case.opened), f"/requests/{made.number}/"
        self._add("entry", "request", made.pk, title, sub, url, "", since, *tokens)

    # What was done about them.

    def _visit(self, made: Made) -> None:
        """A visit with its hours; of some, a part and an outlay."""
        case, engineer = made.case, self.random.choice(self.catalogues.people)
        began, ended = case.arrived, case.resolved
        assert began is not None
        times = [began, began + timedelta(hours=2), began, began, ended, case.opened]
        task = self._add(
            "task", f"ZT{self.ids['task']:08d}", TaskKind.ONSITE.value, TaskStatus.DONE.value,
            "现场维修", made.pk, made.customer.pk, made.asset and made.asset.pk, engineer.pk,
            *map(text, times),
        )  # fmt: skip
        for kind in TimeKind.values:
            self._add("hours", task, engineer.pk, kind, self._amount(25, 600), began.date())
        if case.chance(WITH_PART):
            self._part(made, task, engineer, began)
        if case.chance(WITH_OUTLAY):
            self._outlay(made, task, engineer, began)

    def _part(self, made: Made, task: int, engineer: Person, at: datetime) -> None:
        part, quantity = self.random.choice(self.catalogues.parts), self.random.randint(1, 3)
        price, on = part.list_price, at.date()
        order = self._add(
            "order", f"PO-{made.number}", OrderStatus.DELIVERED.value, made.customer.pk, made.pk,
            engineer.pk, text(at), text(at),
        )  # fmt: skip
        worth = f"{price * quantity:.2f}"
        line = self._add(
            "line", order, LineKind.PART.value, part.pk, engineer.pk, part.name_zh, quantity,
            quantity, price, price, worth, worth, f"{price * quantity / 2:.2f}", on,
        )  # fmt: skip
        self._add("use", task, part.pk, quantity, line, on)

    def _outlay(self, made: Made, task: int, engineer: Person, at: datetime) -> None:
        is_decided = at < self.at - UNDECIDED
        status = ClaimStatus.PAID if is_decided else ClaimStatus.SUBMITTED
        decided = text(at) if is_decided else None
        claim = self._add(
            "claim", f"ZX{self.ids['claim']:08d}", engineer.pk, status.value, text(at), text(at),
            decided, decided,
        )  # fmt: skip
        self._add(
            "outlay", claim, self.random.choice(CATEGORIES), self._amount(2_000, 90_000), at.date(),
            task, made.pk, made.customer.pk,
        )  # fmt: skip

    def _amount(self, least: int, most: int) -> str:
        return f"{self.random.randrange(least, most) / 100:.2f}"

    def _survey(self, request: int, sent: datetime) -> None:
        random = self.random
        answered = sent + timedelta(hours=random.randint(1, 70))
        is_answered = random.random() < ANSWERED and answered <= self.at
        survey = self._add(
            "survey", request, text(sent), text(sent + timedelta(days=14)),
            text(answered) if is_answered else None, random.choice(NPS) if is_answered else None,
        )  # fmt: skip
        if is_answered:
            for dimension in self.catalogues.dimensions:
                self._add("score", survey, dimension, random.choice(SCORES))


def is_many(place: int) -> bool:
    """Whether a batch is full with this row."""
    return place % CHUNK == CHUNK - 1
