"""What the sample company's head found in a sample of records."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from crmservice.imports.models import Source
from dispatch.choices import RECORD
from employees import actions as employees
from employees.choices import Role
from employees.models import Correction, Employee, JudgedRecord

QUALITY_WORK = "sample company: records looked at"
HOUR = timedelta(hours=1)


@transaction.atomic
def look_at_records(people: list[Employee], at: datetime) -> None:
    """A sample of the latest month is drawn, one record was in order, one is mended, one waits;
    once, wholly or not at all.
    """
    if Source.objects.filter(name=QUALITY_WORK).exists():
        return
    by_role = {person.role: person for person in reversed(people)}
    head, engineer = by_role[Role.DEPARTMENT_HEAD], by_role[Role.FIELD_ENGINEER]
    closed = JudgedRecord.objects.filter(situation=RECORD).exclude(owner=head)
    latest = closed.order_by("-month").first()
    if latest is not None:
        then = at - 5 * HOUR
        employees.draw_checks(latest.month, situation=RECORD, by=head, at=then)
        first = closed.filter(check_up__isnull=False).exclude(owner=engineer).order_by("pk").first()
        if first is not None:
            employees.find_in_order(first, by=head, at=then + HOUR)
        send_two_back(closed.filter(owner=engineer), head, engineer, then + HOUR)
    Source.objects.create(name=QUALITY_WORK, shift_days=0, begun_at=at, finished_at=at)


def send_two_back(
    records: QuerySet[JudgedRecord], head: Employee, engineer: Employee, at: datetime
) -> None:
    reasons = ("读数与设备型号不符，请核对", "处理过程只写了“已修好”，请写明更换了什么")
    for judged, reason in zip(records.order_by("-happened_at")[:2], reasons, strict=False):
        employees.send_back(judged, reason=reason, by=head, at=at)
    mended = Correction.objects.open().filter(owner=engineer).order_by("pk").last()
    if mended is not None:
        answer = "更换了通讯板，并重做接地，接地电阻 2.1 Ω"
        employees.mend(mended, answer=answer, by=engineer, at=at + HOUR)
