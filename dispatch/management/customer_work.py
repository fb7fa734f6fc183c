"""What the sample company knows of its customers besides their requests: what a tier gets, who
looks after the greatest, how good they are for us, what they need, what they say, a complaint.
"""

from datetime import datetime, timedelta

from django.db import transaction

from crmservice.imports.models import Source
from customers import actions as customers
from customers.models import AccountTeam, Customer, Tier
from employees.choices import Role
from employees.models import Employee
from service_requests import actions as service_requests
from service_requests.choices import Channel, Kind, Severity
from service_requests.models import ServiceRequest, Survey, SurveyDimension
from service_requests.queries import day_of

CUSTOMER_WORK = "sample company: customers"
HOUR = timedelta(hours=1)
GREATEST = 6
ASKED = 20
PACKAGES = (  # by rank
    (
        "专属客户经理；7×24 小时热线；季度巡检和半年高层拜访；备件九折。",
        "A manager of their own; inspection each quarter, the leadership visits each half-year.",
    ),
    (
        "指定客户经理；5×8 小时次日到场；半年巡检；备件九五折。",
        "A named manager; on site next business day; inspection each half-year; parts at 5 % less.",
    ),
    (
        "5×8 小时热线和远程支持；年度回访。",
        "A line in service hours, remote help, a call each year.",
    ),
)
NEEDS = (
    ("latent", "希望停机前就收到预警\n设备科提到去年两次夜间停机", "季度回访"),
    ("individual", "需要英文版的维护手册", "现场服务"),
    ("general", "备件价格希望能在线查询", "客户座谈会"),
)
GRADES = ((5, 5, "付款准时，配合默契"), (3, 4, "流程较长，但守信"), (2, 3, "变更频繁，回款偏慢"))


@transaction.atomic
def know_customers(people: list[Employee], at: datetime) -> None:
    """By the verbs that all use; once, wholly or not at all."""
    if Source.objects.filter(name=CUSTOMER_WORK).exists():
        return
    by_role = {person.role: person for person in reversed(people)}
    head, manager, sales = (
        by_role[role] for role in (Role.DEPARTMENT_HEAD, Role.SERVICE_MANAGER, Role.SALES)
    )
    greatest = list(
        Customer.objects.living().select_related("tier").order_by("-purchases_24_months")[:GREATEST]
    )
    say_what_tiers_get(head, at)
    look_after(greatest, head, manager, sales, at)
    for customer, (ease, integrity, reason) in zip(greatest, GRADES, strict=False):
        customers.grade(customer, ease=ease, integrity=integrity, reason=reason, by=sales, at=at)
    note_needs(greatest, by_role[Role.SENIOR_ENGINEER], manager, at)
    ask_the_quarter(manager, at)
    take_a_complaint(manager, at)
    Source.objects.create(name=CUSTOMER_WORK, shift_days=0, begun_at=at, finished_at=at)


def say_what_tiers_get(head: Employee, at: datetime) -> None:
    for tier, (chinese, english) in zip(Tier.objects.order_by("rank"), PACKAGES, strict=False):
        words = {"package_zh": chinese, "package_en": english}
        if tier.rank == 1:
            words |= {"executive": head}  # type: ignore[dict-item]
        customers.change_tier(tier, words, by=head, at=at)


def look_after(
    greatest: list[Customer], head: Employee, manager: Employee, sales: Employee, at: datetime
) -> AccountTeam:
    team = customers.make_team({"name": "重点客户组", "executive": head}, by=head, at=at)
    customers.add_member(team, employee=sales, role="lead", by=head, at=at)
    customers.add_member(team, employee=manager, role="service", by=head, at=at)
    for customer in greatest:
        customers.give_to_team(customer, team=team, by=head, at=at)
    return team


def note_needs(greatest: list[Customer], senior: Employee, manager: Employee, at: datetime) -> None:
    """One waits for an answer, one has it, one was only noted."""
    for place, (customer, (kind, text, source)) in enumerate(zip(greatest, NEEDS, strict=False)):
        need = customers.note_need(
            customer, kind=kind, text=text, source=source, by=manager, at=at - place * HOUR
        )
        if place:
            due_on = day_of(at) + timedelta(days=14)
            customers.forward_need(
                need, to="product", asked_of=senior, due_on=due_on, by=manager, at=at
            )
        if place == 1:
            customers.answer_need(need, answer="手册英文版已在翻译，下月提供。", by=senior, at=at)


def ask_the_quarter(manager: Employee, at: datetime) -> None:
    """A sample is drawn; some have said on the telephone how it was, one of them is not content."""
    drawn = service_requests.draw_round(size=ASKED, by=manager, at=at - 3 * HOUR)
    codes = list(SurveyDimension.objects.filter(is_active=True).values_list("code", flat=True))
    asked = Survey.objects.filter(round=drawn).order_by("pk")
    for survey, (score, nps, comment) in zip(
        asked, ((5, 10, "很满意"), (4, 8, ""), (2, 4, "备件等了太久")), strict=False
    ):
        service_requests.round_by_telephone(
            survey,
            scores=dict.fromkeys(codes, score),
            nps=nps,
            comment=comment,
            by=manager,
            at=at - 2 * HOUR,
        )


def take_a_complaint(manager: Employee, at: datetime) -> None:
    """Of this morning: acknowledged, and looked into."""
    like = (
        ServiceRequest.objects.filter(contact__isnull=False, kind=Kind.FAULT)
        .select_related("customer", "contact")
        .order_by("-opened_at", "-pk")
        .first()
    )
    if like is None:
        return
    complaint = service_requests.log(
        customer=like.customer,
        contact=like.contact,
        channel=Channel.PHONE,
        kind=Kind.COMPLAINT,
        severity=Severity.HIGH,
        subject="工程师两次改期，影响生产",
        description="客户要求说明原因并给出答复时间。",
        by=manager,
        at=at - 2 * HOUR,
    )
    found = service_requests.acknowledge(
        complaint, text="已收到您的投诉，由我负责，三个工作日内答复。", by=manager, at=at - HOUR
    )
    service_requests.investigate(
        found,
        cause="service",
        department="service",
        findings="备件未到即派工，导致两次改期。",
        by=manager,
        at=at,
    )
