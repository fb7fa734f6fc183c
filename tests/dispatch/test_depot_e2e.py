"""Goods from the scan to the carrier, and a plan of the day, with real hands."""

from datetime import timedelta

import pytest
from django.utils.timezone import localtime, now
from playwright.sync_api import expect

from contracts.choices import Cover
from dispatch import actions, solving
from dispatch.choices import Stage
from dispatch.models import DepotRepair, Task
from tests.dispatch.test_board_e2e import window  # noqa: F401  (a fixture)
from tests.factories.assets import AssetFactory
from tests.factories.contracts import DefaultPromiseFactory
from tests.factories.customers import CustomerFactory
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import EmployeeSkillFactory

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quiet_end"),
]


def test_goods_go_from_the_scan_to_the_carrier(window, people, price_plan):  # noqa: F811
    bench = people.depot_engineer
    customer = CustomerFactory(served_by=[bench.outlet])
    for cover in Cover:
        DefaultPromiseFactory(tier=customer.tier, cover=cover)
    AssetFactory(serial_no="PU-118705", customer=customer)
    page = window(bench)  # by keys, as a scanner does

    page.goto("/depot/scan/")
    page.keyboard.type("PU-118705")
    page.keyboard.press("Enter")
    expect(page.locator("[data-answers]")).to_contain_text("DR-")
    page.keyboard.press("Enter")  # in the empty field: opens it
    step = page.locator(".next-step button, .next-step a.btn")
    for stage in (Stage.DIAGNOSING, Stage.REPAIRING, Stage.TESTING):
        step.click()
        expect(page.locator("li[aria-current=step]")).to_contain_text(str(stage.label))
    step.click()
    page.get_by_label("What was found and done").fill("更换轴封")
    page.get_by_role("button", name="It can go back").click()
    step.click()
    page.get_by_label("Carrier").fill("顺丰")
    page.get_by_label("Tracking number").fill("SF-1")
    page.get_by_role("button", name="Ship").click()
    expect(page.locator("li[aria-current=step]")).to_contain_text("Shipped")

    goods = DepotRepair.objects.get()
    assert (goods.stage, goods.tracking_out) == (Stage.SHIPPED, "SF-1")


def test_a_day_is_planned_watched_and_accepted_in_part(
    window,  # noqa: F811
    people,
    machine,
    monkeypatch,
):
    monkeypatch.setattr(solving, "ask", lambda *_args, **_kwargs: None)
    EmployeeSkillFactory(employee=people.field_engineer)
    first, second = (
        TaskFactory(title=title, customer=machine.customer) for title in ("换轴封", "校准")
    )
    day = localtime(now() + timedelta(days=1))
    page = window(people.department_head)

    page.goto(f"/day-plans/?on={day:%Y-%m-%d}")
    page.get_by_role("button", name="Make a plan").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    actions.reckon_day_plans(at=now())
    page.get_by_role("button", name="Accept the ticked lines").wait_for()
    page.get_by_role("link", name="Tick none").click()
    page.locator(f"input[name=lines][value='{first.pk}']").check()
    page.get_by_role("button", name="Accept the ticked lines").click()
    expect(page.get_by_role("status").first).to_be_visible()

    taken = {task.title: task.assignee_id is not None for task in Task.objects.all()}
    assert taken == {first.title: True, second.title: False}
