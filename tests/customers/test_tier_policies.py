"""What another threshold would do is seen before; a tier by hand is looked at again; teams."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from crmservice.activity.models import Activity
from crmservice.errors import DomainError
from customers import actions, notices, queries
from customers.models import Tier, TierChange
from tests.factories.customers import (
    AccountTeamFactory,
    CustomerFactory,
    PurchaseFactory,
    TeamMemberFactory,
    TierFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture
def three():
    """Each tier, with a small customer that has bought for 60,000."""
    tiers = [TierFactory(vip=True), TierFactory(key=True), TierFactory()]
    customer = CustomerFactory(tier=tiers[2], purchases_24_months=60_000)
    day = localdate() - timedelta(days=30)
    PurchaseFactory(customer=customer, amount=60_000, bought_on=day)
    return customer


def test_the_effect_is_seen_before_and_holds_after(three, people, logged_in):
    by_hand = CustomerFactory(tier=TierFactory(), purchases_24_months=70_000)
    actions.override_tier(
        by_hand, tier=TierFactory(), reason="试用", until=None, by=people.department_head, at=now()
    )
    by_hand.refresh_from_db()
    type(by_hand).objects.filter(pk=by_hand.pk).update(purchases_24_months=70_000)
    client, key = logged_in("department_head"), Tier.objects.get(code="key")
    words = {
        "name_zh": key.name_zh, "name_en": "Key", "purchases_from": "60000", "version": 1,
        "parts_discount": "0.05", "package_zh": "每季度巡检", "once": "k" * 20,
    }  # fmt: skip
    url = reverse("customers:edit_tier", args=["key"])

    preview = client.post(url, {**words, "preview": "yes"})
    forecast = preview.context["forecast"]
    assert (preview.status_code, forecast["moved"]) == (200, 1)
    assert forecast["move_rows"][0]["cells"][0]["text"] == three.name
    assert not TierChange.objects.exists()

    client.post(url, words)
    three.refresh_from_db()
    assert (three.tier, three.tier_changes.count()) == (key, 1)
    assert "每季度巡检" in client.get(key.get_absolute_url()).content.decode()
    assert client.get(reverse("customers:tiers")).status_code == 200


@pytest.mark.parametrize(
    ("code", "threshold", "said"),
    [
        ("key", "500000", "higher tier"),
        ("key", "0", "lower tier"),
        ("small", "1", "lowest tier"),
    ],
)
def test_thresholds_keep_their_order(three, people, code, threshold, said):
    tier = Tier.objects.get(code=code)

    with pytest.raises(DomainError, match=said):
        actions.change_tier(
            tier, {"purchases_from": Decimal(threshold)}, by=people.department_head, at=AT
        )


@pytest.mark.parametrize(
    ("until", "review_on", "expected"),
    [
        (None, None, TODAY + timedelta(days=180)),
        (TODAY + timedelta(days=60), None, TODAY + timedelta(days=46)),
        (TODAY + timedelta(days=3), None, TODAY),
        (None, TODAY + timedelta(days=5), TODAY + timedelta(days=5)),
    ],
)
def test_a_tier_by_hand_is_looked_at_again_once(three, people, until, review_on, expected):
    head = people.department_head
    customer = actions.override_tier(
        three, tier=TierFactory(vip=True), reason="试点", until=until, review_on=review_on,
        by=head, at=AT,
    )  # fmt: skip

    assert customer.tier_review_on == expected
    day = timedelta(days=1)
    done = [actions.remind_of_reviews(on=on, at=AT) for on in (expected - day, expected, expected)]
    assert done == [0, 1, 0]
    told = Activity.objects.get(verb="customers.tier_review_due")
    assert head in notices.who_may_set_it(customer, told)
    with pytest.raises(DomainError, match="before it ends"):
        actions.override_tier(
            three, tier=TierFactory(vip=True), reason="试点", until=TODAY, by=head, at=AT,
            review_on=TODAY + day,
        )  # fmt: skip


def test_a_team_has_one_who_leads_and_its_customers_go_against_last_year(three, people, logged_in):
    team = AccountTeamFactory()
    TeamMemberFactory(team=team, employee=people.sales, role="lead")
    client = logged_in("department_head")
    actions.add_member(team, employee=people.service_manager, role="lead", by=people.sales, at=AT)
    actions.give_to_team(three, team=team, by=people.sales, at=AT)

    roles = dict(team.members.values_list("employee", "role"))
    assert roles == {people.sales.pk: "sales", people.service_manager.pk: "lead"}
    page = client.get(team.get_absolute_url()).content.decode()
    assert three.name in page
    assert team.name in client.get(reverse("customers:teams")).content.decode()
    assert team.name in client.get(f"/customers/value/{three.code}/").content.decode()
    listed = client.get(f"{reverse('customers:index')}?account_team={team.pk}")
    assert [row.pk for row in listed.context["page"].rows] == [three.pk]


def test_the_year_so_far_is_compared_with_the_same_days_of_last_year():
    customer = CustomerFactory()
    for day, amount in (
        ("2023-03-01", 1), ("2023-02-28", 2), ("2022-12-31", 4), ("2024-01-01", 8),
        ("2024-02-29", 16), ("2024-03-01", 32),
    ):  # fmt: skip
        PurchaseFactory(customer=customer, bought_on=day, amount=amount)

    (year,) = queries.year_on_year(date(2024, 2, 29), "customer", [customer.pk]).values()

    assert (year.now, year.then) == (24, 2)
