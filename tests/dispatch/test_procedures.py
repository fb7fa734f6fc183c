"""Procedures: taken onto the task when it is made, answered on the spot, in the way of the end."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from assets.choices import ItemKind, ProcedureKind
from assets.models import Procedure
from crmservice.attachments.models import Attachment
from crmservice.errors import DomainError
from dispatch import actions, papers
from dispatch.choices import Kind
from dispatch.models import ChecklistItem, SyncedAction
from tests.dispatch.conftest import HOUR, NINE
from tests.dispatch.test_syncing import Tablet
from tests.dispatch.test_tablet_verbs import photo
from tests.factories.assets import AssetFactory, AssetModelFactory, ProcedureFactory
from tests.factories.assets import ProcedureLineFactory as LineFactory
from tests.factories.dispatch import ChecklistItemFactory, PartUseFactory, TaskFactory

pytestmark = pytest.mark.django_db


def test_the_kinds_of_work_are_kinds_of_task():
    assert set(ProcedureKind.values) < set(Kind.values)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (Kind.ONSITE, ["每次", "上门", "本型号"]),
        (Kind.INSPECTION, ["每次"]),
        (Kind.INTERNAL, []),
        (Kind.DEPOT, []),
    ],
)
def test_a_task_takes_over_what_its_kind_and_model_ask(dispatcher, kind, texts):
    asset = AssetFactory()
    for text, of_kind, model in (
        ("本型号", "onsite", asset.model),
        ("别的型号", "onsite", AssetModelFactory()),
        ("上门", "onsite", None),
        ("每次", "", None),
    ):
        LineFactory(procedure=ProcedureFactory(kind=of_kind, model=model, title=text), text=text)
    LineFactory(procedure=ProcedureFactory(kind="", is_active=False), text="停用")

    task = actions.plan(
        kind=kind, title="检修", customer=asset.customer, asset=asset, by=dispatcher, at=NINE
    )

    assert [item.text for item in task.checklist.all()] == texts


def test_what_the_task_has_stays_when_the_procedure_changes(dispatcher):
    line = LineFactory(
        kind=ItemKind.NUMBER, low=Decimal(2), high=Decimal(4), unit="bar", text="压力"
    )
    task = actions.plan(title="检修", by=dispatcher, at=NINE)

    line.procedure.lines.all().delete()

    assert task.checklist.get().limits == "2 to 4 bar"


@pytest.mark.parametrize(
    ("low", "high", "limits"),
    [(2, 4, "2 to 4 bar"), (2, None, "at least 2 bar"), (None, 4, "at most 4 bar"),
     (None, None, "bar"), (0, 10, "0 to 10 bar")],
)  # fmt: skip
def test_limits_in_words(low, high, limits):
    low, high = (None if each is None else Decimal(each) for each in (low, high))

    assert ChecklistItem(kind="number", low=low, high=high, unit="bar").limits == limits


@pytest.mark.parametrize(
    ("answer", "is_outside"),
    [("1.999", True), ("2", False), ("4", False), ("4.001", True), ("", False)],
)
def test_a_figure_outside_its_limits_stands_out(answer, is_outside):
    item = ChecklistItem(kind="number", low=Decimal(2), high=Decimal(4), answer=answer)

    assert item.is_outside == is_outside


def test_open_steps_are_named_when_the_work_is_to_end(working, engineer, sign_off, price_plan):
    for text in ("断电", "排压"):
        ChecklistItemFactory(task=working, text=text)

    with pytest.raises(DomainError, match="“断电”, “排压”"):
        actions.complete(working, sign_off=sign_off, by=engineer, at=NINE + HOUR)


def test_the_tablet_hears_which_steps_are_open(working, engineer, client, fault_code, price_plan):
    ChecklistItemFactory(task=working, text="断电")
    end = {"result": "好了", "labour_hours": "1", "signed_by": "", "unsigned_reason": "无人"}

    answer = Tablet(client, engineer).do("complete", working, fields=end)

    assert answer["status"] == 409
    assert "“断电”" in answer["words"][0]
    assert SyncedAction.objects.get().outcome == "refused"


def test_a_photo_answers_a_step_without_a_network(working, engineer, client):
    item = ChecklistItemFactory(task=working, kind=ItemKind.PHOTO, text="铭牌")

    told = Tablet(client, engineer).do(
        "answer_item", working, fields={"item": str(item.pk), "photo": photo()}
    )

    item.refresh_from_db()
    assert told["status"] == 200
    assert (item.answer, item.photo.caption, item.photo.visible) == ("yes", "铭牌", True)
    assert [each.pk for each in Attachment.objects.of(working)] == [item.photo_id]


def test_a_photo_answers_a_step_online_and_stays_as_long_as_it_does(working, engineer, logged_in):
    item = ChecklistItemFactory(task=working, kind=ItemKind.PHOTO)
    out = BytesIO()
    Image.new("RGB", (9, 9), "red").save(out, "JPEG")
    client = logged_in("field_engineer")
    url = reverse("dispatch:answer_item", args=[working.number, item.pk])
    picture = SimpleUploadedFile("a.jpg", out.getvalue(), "image/jpeg")

    sent = client.post(url, {"uploads": picture})
    item.refresh_from_db()
    client.post(reverse("dispatch:detach", args=[working.number, item.photo_id]))

    assert sent.status_code == 302
    assert Attachment.objects.filter(pk=item.photo_id).exists()


def test_the_desk_answers_for_who_reads_it_out_on_the_telephone(working, people, logged_in):
    item = ChecklistItemFactory(task=working, kind=ItemKind.NUMBER, text="压力")
    client = logged_in("service_manager")
    url = reverse("dispatch:answer_at_desk", args=[working.number, item.pk])

    page = client.get(working.get_absolute_url())
    sent = client.post(url, {"answer": "3,5"})

    item.refresh_from_db()
    assert f'action="{url}"' in page.content.decode()
    assert sent.status_code == 302
    assert (item.answer, item.answered_by) == ("3.5", people.service_manager)


@pytest.mark.parametrize(
    ("role", "route"),
    [("service_manager", "dispatch:answer_at_desk"), ("field_engineer", "dispatch:answer_item")],
)
def test_a_figure_that_is_none_is_refused_at_its_box_and_stays_in_it(
    working, people, logged_in, role, route
):
    item = ChecklistItemFactory(task=working, kind=ItemKind.NUMBER, text="压力", answer="")
    other = ChecklistItemFactory(task=working, kind=ItemKind.TEXT, text="油位")

    url = reverse(route, args=[working.number, item.pk])
    wrong = logged_in(role).post(url, {"answer": "三点五"})

    page = " ".join(wrong.content.decode().split())
    box = page.partition(f'id="item-{item.pk}" name="answer" value="三点五"')[2].partition(
        "</form>"
    )[0]
    assert wrong.status_code == 422
    assert f'aria-describedby="item-{item.pk}-error"' in box
    assert f'id="item-{item.pk}-error"> “压力” wants a number. </p>' in box
    assert f'<a href="#item-{item.pk}">压力</a>: “压力” wants a number.' in page
    assert f'id="item-{other.pk}" name="answer" value=""' in page


def test_the_desk_answers_nothing_before_somebody_is_there_and_a_stranger_never(
    working, people, logged_in
):
    ahead = TaskFactory(accepted=True)
    item = ChecklistItemFactory(task=ahead)
    client = logged_in("service_manager")
    early = client.post(reverse("dispatch:answer_at_desk", args=[ahead.number, item.pk]))

    with pytest.raises(DomainError):
        actions.answer_item(
            working,
            item=ChecklistItemFactory(task=working),
            answer="yes",
            by=people.depot_engineer,
            at=NINE + HOUR,
        )

    assert early.status_code == 403


@pytest.mark.parametrize("answer", ["yes", "见下"])
def test_words_are_no_photo(working, engineer, answer):
    item = ChecklistItemFactory(task=working, kind=ItemKind.PHOTO)

    with pytest.raises(DomainError, match="wants a photo"):
        actions.answer_item(working, item=item, answer=answer, by=engineer, at=NINE + HOUR)


def test_the_acceptance_form_shows_what_was_checked(working, engineer, sign_off, price_plan):
    PartUseFactory.create_batch(0)
    pressure = ChecklistItemFactory(
        task=working, kind="number", text="压力", low=Decimal(2), high=Decimal(4), unit="bar"
    )
    ChecklistItemFactory(task=working, text="擦拭", is_required=False)
    actions.answer_item(working, item=pressure, answer="5", by=engineer, at=NINE + HOUR)
    done = actions.complete(working, sign_off=sign_off, by=engineer, at=NINE + HOUR)

    table = papers.tables(done)[0]

    assert table["rows"] == [
        ["压力", "2 to 4 bar", "5 bar · outside the limits"],
        ["擦拭", "–", "open"],
    ]


def test_a_procedure_is_made_and_changed_by_who_keeps_the_catalogue(logged_in):
    client = logged_in("service_manager")
    typed = {
        "title": "开机",
        "kind": "installation",
        "is_active": "on",
        "lines-TOTAL_FORMS": "2",
        "lines-INITIAL_FORMS": "0",
        "lines-0-text": "绝缘",
        "lines-0-kind": "number",
        "lines-0-low": "0.5",
        "lines-0-unit": "MΩ",
        "lines-0-is_required": "on",
        "lines-1-text": "铭牌",
        "lines-1-kind": "photo",
    }

    made = client.post(reverse("assets:create_procedure"), typed)
    procedure = Procedure.objects.get()
    odd = {**typed, "lines-0-high": "0.1", "lines-INITIAL_FORMS": "2"}
    refused = client.post(reverse("assets:edit_procedure", args=[procedure.pk]), odd)
    page = client.get(made.url).content.decode()

    assert (made.status_code, refused.status_code) == (302, 422)
    assert [line.kind for line in procedure.lines.all()] == ["number", "photo"]
    assert "at least 0.5 MΩ" in page


def test_a_procedure_without_a_step_is_refused(logged_in):
    typed = {"title": "空", "lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}

    refused = logged_in("service_manager").post(reverse("assets:create_procedure"), typed)

    assert refused.status_code == 422
    assert not Procedure.objects.exists()
