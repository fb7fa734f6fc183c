"""Whom the customer wants to come: a suggestion follows it, a plan against it needs a reason."""

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from customers import actions as customers
from dispatch import actions, queries
from dispatch.choices import Wish
from dispatch.models import EngineerWish
from tests.dispatch.conftest import HOUR, NINE
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import EngineerWishFactory, TaskFactory
from tests.pages import whole_page

pytestmark = pytest.mark.django_db


def suggested(task, user):
    return queries.suggestion_for(
        user, queries.job_of(task), starts=NINE, length=2 * HOUR, at=NINE - HOUR
    )


def test_whom_the_customer_asks_for_comes_first_and_it_says_why(people, dispatcher):
    task = TaskFactory()
    EngineerWishFactory(customer=task.customer, engineer=people.senior_engineer)
    EngineerWishFactory(engineer=people.depot_engineer)  # of another customer

    best, why = suggested(task, dispatcher).candidates[0]

    assert best == people.senior_engineer
    assert [point.points for point in why.points if point.code == "preferred"] == [20]


def test_whom_the_customer_does_not_want_is_left_out_with_the_reason(people, dispatcher):
    task = TaskFactory()
    EngineerWishFactory(
        customer=task.customer, engineer=people.depot_engineer, kind=Wish.BANNED, reason="上次争吵"
    )

    excluded = {
        person: (why.code, why.params) for person, why in suggested(task, dispatcher).excluded
    }

    assert excluded == {people.depot_engineer: ("banned", {"reason": "上次争吵"})}


@pytest.mark.parametrize(("kind", "is_refused"), [(Wish.PREFERRED, False), (Wish.BANNED, True)])
def test_a_plan_against_the_wish_needs_a_reason(engineer, dispatcher, kind, is_refused):
    task = TaskFactory()
    EngineerWishFactory(customer=task.customer, engineer=engineer, kind=kind, reason="上次争吵")
    slot = {"engineer": engineer, "planned_start": NINE, "planned_end": NINE + HOUR}

    if is_refused:
        with pytest.raises(DomainError, match="上次争吵"):
            actions.assign(task, **slot, by=dispatcher, at=NINE - HOUR)
    reason = "客户同意" if is_refused else ""
    task = actions.assign(task, **slot, conflict_reason=reason, by=dispatcher, at=NINE - HOUR)

    assert task.conflict_reason == reason


def test_what_is_said_later_of_the_same_one_counts(engineer, dispatcher):
    customer = CustomerFactory()
    for kind in (Wish.PREFERRED, Wish.BANNED):
        actions.wish_engineer(
            customer, engineer=engineer, kind=kind, reason="电话", by=dispatcher, at=NINE
        )

    assert EngineerWish.objects.get().kind == Wish.BANNED
    with pytest.raises(DomainError):
        actions.wish_engineer(
            customer, engineer=engineer, kind="banned", reason=" ", by=dispatcher, at=NINE
        )


def test_the_wishes_of_a_joined_customer_move_and_those_of_the_kept_one_hold(people, dispatcher):
    joined, kept = CustomerFactory(), CustomerFactory()
    EngineerWishFactory(customer=joined, engineer=people.field_engineer, kind="banned")
    EngineerWishFactory(customer=joined, engineer=people.depot_engineer)
    EngineerWishFactory(customer=kept, engineer=people.field_engineer)

    customers.join(joined, kept=kept, reason="重复", by=people.administrator, at=NINE)

    wishes = EngineerWish.objects.filter(customer=kept).order_by("engineer")
    assert set(wishes.values_list("engineer", "kind")) == {
        (people.field_engineer.pk, "preferred"),
        (people.depot_engineer.pk, "preferred"),
    }
    assert EngineerWish.objects.count() == 2


def test_on_the_customers_page_it_is_noted_and_taken_away(logged_in, engineer):
    customer = CustomerFactory()
    client = logged_in("service_manager")
    address = reverse("dispatch:wish", args=[customer.code])
    assert address in whole_page(client, customer)

    asked = {"engineer": engineer.pk, "kind": "banned", "reason": "上次争吵"}
    assert client.post(address, {**asked, "reason": "", "once": "a"}).status_code == 422
    assert client.post(address, {**asked, "once": "b"}).status_code == 302
    wish = EngineerWish.objects.get()
    shown = whole_page(client, customer)
    assert "is not to come" in shown
    assert "上次争吵" in shown

    withdraw = reverse("dispatch:withdraw_wish", args=[customer.code, wish.pk])
    assert client.post(withdraw).status_code == 302
    assert client.post(withdraw).status_code == 404
    assert not EngineerWish.objects.exists()
    verbs = Activity.objects.filter(verb__startswith="dispatch.").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "dispatch.engineer_banned",
        "dispatch.wish_withdrawn",
    ]


def test_who_may_not_plan_notes_nothing_and_a_foreign_wish_is_not_found(logged_in, engineer):
    wish = EngineerWishFactory()
    code = wish.customer.code
    other = CustomerFactory().code

    assert logged_in("sales").get(reverse("dispatch:wish", args=[code])).status_code == 403
    assert logged_in("outsider").get(reverse("dispatch:wish", args=[code])).status_code == 404
    foreign = reverse("dispatch:withdraw_wish", args=[other, wish.pk])
    assert logged_in("service_manager").post(foreign).status_code == 404
