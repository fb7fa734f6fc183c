"""A company that begins has no tiers, and no customer can be entered without one."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from crmservice.errors import DomainError
from customers import actions
from customers.models import Tier
from tests.factories.customers import CustomerFactory, PurchaseFactory, TierFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
INDEX, USUAL, NEW = (f"customers:{name}" for name in ("tiers", "take_usual_tiers", "make_tier"))


def ladder():
    return list(Tier.objects.order_by("rank").values_list("code", "rank", "purchases_from"))


def test_the_usual_three_are_taken_by_one_button_and_the_first_customer_is_entered(logged_in):
    client = logged_in("department_head")
    assert reverse(USUAL) in client.get(reverse(INDEX)).content.decode()

    client.post(reverse(USUAL), {"once": "u" * 20})
    client.post(reverse(USUAL), {"once": "v" * 20})
    entered = client.post(
        reverse("customers:create"), {"name": "远东机械", "is_end_user": "on", "once": "c" * 20}
    )

    assert ladder() == [("vip", 1, 500_000), ("key", 2, 150_000), ("small", 3, 0)]
    assert entered.status_code == 302
    assert reverse(USUAL) not in client.get(reverse(INDEX)).content.decode()


def test_who_may_not_enter_tiers_is_told_who_does(logged_in):
    client = logged_in("service_manager")

    page = client.get(reverse(INDEX)).content.decode()

    assert "the department head or an administrator enters them" in page
    assert reverse(USUAL) not in page
    assert client.post(reverse(USUAL), {"once": "u" * 20}).status_code == 403


def test_a_new_tier_takes_its_place_and_its_customers_at_once(people, logged_in):
    TierFactory(vip=True)
    customer = CustomerFactory(tier=TierFactory(rank=2), purchases_24_months=60_000)
    PurchaseFactory(customer=customer, amount=60_000, bought_on=datetime.now(UTC).date())
    PurchaseFactory(customer=customer, amount=60_000, bought_on=datetime(2026, 2, 1, tzinfo=UTC))
    words = {"code": "key", "name_zh": "大客户", "purchases_from": Decimal(50_000)}

    actions.make_tier(words, by=people.department_head, at=AT)

    customer.refresh_from_db()
    assert [code for code, *_ in ladder()] == ["vip", "key", "small"]
    assert customer.tier.code == "key"


@pytest.mark.parametrize(
    ("code", "threshold", "said"),
    [("small", 50_000, "of this code"), ("key", 0, "begins at this"), ("key", -1, "lowest tier")],
)
def test_a_tier_that_fits_nowhere_is_refused(people, code, threshold, said):
    TierFactory()

    with pytest.raises(DomainError, match=said):
        actions.make_tier(
            {"code": code, "name_zh": "客户", "purchases_from": Decimal(threshold)},
            by=people.department_head,
            at=AT,
        )


def test_a_code_that_is_a_pages_address_is_refused_on_the_form(logged_in):
    client = logged_in("department_head")
    words = {"name_zh": "新", "name_en": "New", "purchases_from": "0", "parts_discount": "0"}

    refused = client.post(reverse(NEW), {"code": "new", **words, "once": "n" * 20})
    made = client.post(reverse(NEW), {"code": "a1", **words, "once": "m" * 20})

    assert (refused.status_code, made.status_code) == (422, 302)
    assert ladder() == [("a1", 1, 0)]
