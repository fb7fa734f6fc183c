"""What figures can be broken down by, and narrowed to: one word, one key, in URL and table."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.choices import PlannedKind
from assets.models import AssetModel, Part
from contracts.choices import Cover
from contracts.models import ContractType, ServiceContract
from customers.choices import CareKind, PurchaseKind, SignalStatus, Trend
from customers.models import Customer, Tier
from employees.choices import Department
from employees.models import Employee, Outlet
from employees.situations import situation_words
from expenses.choices import Category
from knowledge.models import Article, FaultCode
from orders.choices import ChargedTo
from orders.models import StockLocation
from reports.queries.declaring import Breakdown, Path
from service_requests.choices import Channel, Kind, Severity, Target
from service_requests.models import SurveyDimension

OVER_TIME = "time"
Names = Callable[[list[Any]], Mapping[Any, tuple[str, str]]]


def of_choices(choices: Any) -> Names:
    return lambda _keys: {str(each): (str(each.label), "") for each in choices}


def of_records(model: type[Model], by: str) -> Names:
    """Of records the names and pages, by the field that keys name."""

    def names(keys: list[Any]) -> dict[Any, tuple[str, str]]:
        rows: QuerySet[Any] = model._default_manager.filter(**{f"{by}__in": keys})
        found = {}
        for each in rows:
            address = getattr(each, "get_absolute_url", None)
            found[getattr(each, by)] = (name_of(each), address() if address else "")
        return found

    return names


def name_of(record: Any) -> str:
    return str(getattr(record, "name", "") or getattr(record, "title", "") or record)


def as_they_are(keys: list[Any]) -> dict[Any, tuple[str, str]]:
    return {key: (str(key), "") for key in keys}


def of_numbers(words: Mapping[int, str | Promise]) -> Names:
    return lambda _keys: {key: (str(word), "") for key, word in words.items()}


def parts(keys: list[Any]) -> dict[Any, tuple[str, str]]:
    found = Part.objects.filter(part_no__in=keys)
    return {
        each.part_no: (f"{each.part_no} {each.name}", each.get_absolute_url()) for each in found
    }


def articles(keys: list[Any]) -> dict[Any, tuple[str, str]]:
    found = Article.objects.filter(number__in=keys)
    return {each.number: (f"{each.number} {each.title}", each.get_absolute_url()) for each in found}


def situations(keys: list[Any]) -> dict[str, tuple[str, str]]:
    return {key: (situation_words(key), "") for key in keys}


def by_choice(key: str, label: str | Promise, choices: Any) -> Breakdown:
    order = tuple(str(each) for each in choices)
    return Breakdown(key, label, of_choices(choices), order=order)


RING_WORDS = {1: _("Ring 1: engineer"), 2: _("Ring 2: supervisor"), 3: _("Ring 3: department lead")}
AGES = {
    1: _("under a day"),
    2: _("1–3 days"),
    3: _("3–7 days"),
    4: _("7–30 days"),
    5: _("over 30 days"),
}
CHANGES = {1: _("more content"), 2: _("as before"), 3: _("less content")}

BREAKDOWNS: dict[str, Breakdown] = {
    each.key: each
    for each in (
        Breakdown(OVER_TIME, _("Over time"), as_they_are),
        Breakdown("tier", _("Tier"), of_records(Tier, "code"), is_few=True),
        Breakdown(
            "outlet",
            _("Team or outlet"),
            of_records(Outlet, "code"),
            is_partition=False,
            is_few=True,
        ),
        by_choice("kind", _("Kind"), Kind),
        by_choice("severity", _("Severity"), Severity),
        by_choice("channel", _("Channel"), Channel),
        by_choice("cover", _("Cover"), Cover),
        by_choice("target", _("Promise"), Target),
        Breakdown("model", _("Model"), of_records(AssetModel, "code"), is_few=True),
        Breakdown("region", _("Region"), as_they_are, is_few=True),
        Breakdown("engineer", _("Engineer"), of_records(Employee, "employee_no"), is_few=True),
        Breakdown("customer", _("Customer"), of_records(Customer, "code")),
        Breakdown("contract", _("Contract"), of_records(ServiceContract, "number")),
        Breakdown(
            "contract_type", _("Contract type"), of_records(ContractType, "code"), is_few=True
        ),
        Breakdown("fault", _("Fault code"), of_records(FaultCode, "code"), is_few=True),
        Breakdown("cause", _("Cause"), as_they_are),
        Breakdown("part", _("Part"), parts),
        Breakdown("place", _("Place"), of_records(StockLocation, "code")),
        Breakdown("ring", _("Ring"), of_numbers(RING_WORDS), order=(1, 2, 3), is_number=True),
        Breakdown("age", _("Age"), of_numbers(AGES), order=tuple(AGES), is_number=True),
        Breakdown("dimension", _("Dimension"), of_records(SurveyDimension, "code")),
        by_choice("department", _("Department"), Department),
        by_choice("category", _("Category"), Category),
        by_choice("charged", _("Charged to"), ChargedTo),
        by_choice("purchase", _("Kind of purchase"), PurchaseKind),
        by_choice("signal", _("Status"), SignalStatus),
        by_choice("care", _("Care"), CareKind),
        by_choice("maintenance", _("Maintenance"), PlannedKind),
        by_choice("trend", _("Trend"), Trend),
        Breakdown(
            "change",
            _("Satisfaction"),
            of_numbers(CHANGES),
            order=tuple(CHANGES),
            is_number=True,
        ),
        Breakdown("article", _("Article"), articles),
        Breakdown("situation", _("Record"), situations),
        Breakdown("self", "", as_they_are),
    )
}


def paths_of_requests(prefix: str = "") -> dict[str, Path]:
    """From a request, or what hangs on one, to all that it can be broken down by."""
    asset = f"{prefix}asset"
    return {
        "tier": f"{prefix}tier__code",
        "outlet": f"{prefix}outlets__code",
        "kind": f"{prefix}kind",
        "severity": f"{prefix}severity",
        "channel": f"{prefix}channel",
        "cover": f"{prefix}cover",
        "model": Coalesce(f"{asset}__root__model__code", f"{asset}__model__code"),
        "region": f"{prefix}customer__province",
        "engineer": f"{prefix}owner__employee_no",
        "customer": f"{prefix}customer__code",
        "contract": f"{prefix}contract__number",
        "contract_type": f"{prefix}contract__type__code",
        "fault": f"{prefix}fault_code__code",
        "cause": f"{prefix}cause",
    }


def paths_of_customers(prefix: str = "") -> dict[str, Path]:
    return {
        "tier": f"{prefix}tier__code",
        "outlet": f"{prefix}served_by__code",
        "region": f"{prefix}province",
        "customer": f"{prefix}code",
    }


def narrowed(rows: QuerySet[Any], filters: Mapping[str, str], paths: Mapping[str, Path]) -> Any:
    """The rows that the filters leave, of those filters that lead somewhere."""
    for name, value in filters.items():
        path = paths.get(name)
        if isinstance(path, str):
            rows = rows.filter(**{path: value})
        elif path is not None:
            rows = rows.alias(**{f"only_{name}": path}).filter(**{f"only_{name}": value})
    return rows
