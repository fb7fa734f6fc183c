"""How far a person goes alone, and what is asked of somebody above."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from crmservice.activity.models import Activity, Notification
from crmservice.activity.tasks import tell_pending
from crmservice.errors import DomainError
from employees import actions, queries
from employees.choices import AuthorityKind, QuestionStatus, Role
from employees.models import Authority, AuthorityQuestion
from employees.signals import authority_granted
from tests.factories.employees import (
    AbsenceFactory,
    AuthorityFactory,
    AuthorityQuestionFactory,
    EmployeeFactory,
)

NINE = datetime(2026, 3, 2, 1, tzinfo=UTC)
DISCOUNT, GOODWILL = AuthorityKind.DISCOUNT, AuthorityKind.GOODWILL


@pytest.fixture
def line(people):
    """An engineer below a manager below the head: 0 %, 10 %, 30 %."""
    engineer, manager, head = (
        people.field_engineer,
        people.service_manager,
        people.department_head,
    )
    engineer.supervisor, manager.supervisor = manager, head
    engineer.save()
    manager.save()
    AuthorityFactory(role=Role.SERVICE_MANAGER, limit=Decimal("0.10"))
    AuthorityFactory(role=Role.DEPARTMENT_HEAD, limit=Decimal("0.30"))
    return engineer, manager, head


@pytest.fixture
def carried_out():
    """What was carried out after a yes."""
    done = []

    def carry_out(question, **_given):
        done.append(question.values)
        return True

    authority_granted.connect(carry_out)
    yield done
    authority_granted.disconnect(carry_out)


def ask(subject, by, asks="0.05", **traits):
    return actions.ask(
        subject, verb="some.verb", values={"price": "1.00"}, kind=DISCOUNT, asks=Decimal(asks),
        reason="老客户", by=by, at=NINE, **traits,
    )  # fmt: skip


def test_the_nearest_limit_holds(people):
    person = people.service_manager
    AuthorityFactory(role=person.role, kind="goodwill", limit=2000)
    assert queries.limit_of(person, GOODWILL, "vip") == 2000
    AuthorityFactory(role=person.role, kind="goodwill", tier_code="vip", limit=3000)
    assert queries.limit_of(person, GOODWILL, "vip") == 3000
    assert queries.limit_of(person, GOODWILL, "small") == 2000
    AuthorityFactory(role="", employee=person, kind="goodwill", limit=500)
    assert queries.limit_of(person, GOODWILL, "vip") == 500
    AuthorityFactory(role="", employee=person, kind="goodwill", tier_code="vip", limit=600)
    assert queries.limit_of(person, GOODWILL, "vip") == 600
    assert queries.limit_of(people.sales, GOODWILL) == 0


def test_what_is_free_counts_as_goodwill_unless_it_has_a_limit_of_its_own(people):
    person = people.service_manager
    AuthorityFactory(role=person.role, kind="goodwill", limit=2000)
    assert queries.limit_of(person, AuthorityKind.FREE_PART) == 2000
    AuthorityFactory(role=person.role, kind="free_part", limit=100)
    assert queries.limit_of(person, AuthorityKind.FREE_PART) == 100
    assert queries.limit_of(person, AuthorityKind.FREE_VISIT) == 2000


@pytest.mark.parametrize(("asks", "who"), [("0.10", 1), ("0.1001", 2), ("0.30", 2)])
def test_the_nearest_above_whose_authority_reaches_is_asked(line, people, asks, who):
    assert ask(people.sales, line[0], asks).asked_of == line[who]


def test_what_nobody_may_cannot_be_asked_for(line, people):
    with pytest.raises(DomainError, match=r"reaches 30\.01 %"):
        ask(people.sales, line[0], "0.3001")


def test_who_is_absent_is_passed_over(line, people):
    AbsenceFactory(employee=line[1], starts_at=NINE, ends_at=NINE + timedelta(days=1))
    assert ask(people.sales, line[0]).asked_of == line[2]


def test_a_circle_of_supervisors_ends(line, people):
    head = line[2]
    head.supervisor = line[0]
    head.save()
    assert list(queries.supervisors(line[0])) == [line[1], head]


def test_the_same_is_asked_once(line, people):
    first = ask(people.sales, line[0])
    with pytest.raises(DomainError, match=first.number):
        ask(people.sales, line[0])
    actions.withdraw(first, by=line[0], at=NINE)
    ask(people.sales, line[0])


def test_a_yes_carries_it_out_and_tells(line, people, carried_out):
    question = ask(people.sales, line[0])
    actions.grant(question, answer="好", by=line[1], at=NINE)

    question.refresh_from_db()
    assert (question.status, question.answered_by, question.answer) == ("granted", line[1], "好")
    assert carried_out == [{"price": "1.00"}]
    tell_pending()
    told = Notification.objects.values_list("activity__verb", "recipient__employee_no")
    assert set(told) == {
        ("employees.asked", line[1].employee_no),
        ("employees.granted", line[0].employee_no),
    }
    of_record = Activity.objects.filter(filings__record_id=people.sales.pk)
    assert of_record.filter(verb="employees.granted").exists()


def test_a_yes_that_nobody_carries_out_is_none(line, people):
    question = ask(people.sales, line[0])
    with pytest.raises(DomainError, match="not there any more"):
        actions.grant(question, by=line[1], at=NINE)
    question.refresh_from_db()
    assert question.status == "open"


@pytest.mark.parametrize("verb", ["grant", "refuse", "pass_up"])
def test_nobody_answers_a_question_of_ones_own(line, people, carried_out, verb):
    question = ask(people.sales, line[1], "0.20")
    asker = line[1]
    asker.role = Role.DEPARTMENT_HEAD
    asker.save()
    extra = {"reason": "x"} if verb == "refuse" else {}
    with pytest.raises(DomainError, match="of one’s own"):
        getattr(actions, verb)(question, **extra, by=asker, at=NINE)
    assert carried_out == []


def test_a_stranger_answers_nothing_and_the_head_everything(line, people, carried_out):
    question = ask(people.sales, line[0])
    with pytest.raises(DomainError, match="is asked"):
        actions.grant(question, by=people.sales, at=NINE)
    actions.grant(question, by=line[2], at=NINE)


def test_whose_authority_was_cut_meanwhile_passes_it_on(line, people, carried_out):
    question = ask(people.sales, line[0])
    Authority.objects.filter(role=Role.SERVICE_MANAGER).update(limit=0)
    with pytest.raises(DomainError, match="beyond your authority"):
        actions.grant(question, by=line[1], at=NINE)
    assert actions.pass_up(question, by=line[1], at=NINE).asked_of == line[2]
    with pytest.raises(DomainError, match="Nobody above"):
        actions.pass_up(question, by=line[2], at=NINE)


def test_what_one_head_asks_another_goes_on_to_the_third(line, people):
    """The heads stand in one row; that whoever asked is among them hides nobody behind."""
    asker = line[2]
    second, third = (EmployeeFactory(role=Role.DEPARTMENT_HEAD) for _each in range(2))
    question = ask(people.sales, asker, "0.20")
    assert question.asked_of == second
    assert actions.pass_up(question, by=second, at=NINE).asked_of == third


def test_an_answer_is_given_once(line, people, carried_out):
    question = ask(people.sales, line[0])
    actions.refuse(question, reason="不行", by=line[1], at=NINE)
    for verb in (actions.grant, actions.withdraw):
        by = line[0] if verb is actions.withdraw else line[1]
        with pytest.raises(DomainError, match="answered already"):
            verb(question, by=by, at=NINE)


def test_what_is_not_answered_in_time_goes_up_once(line, people):
    question = ask(people.sales, line[0])
    due = question.due_at

    assert actions.pass_up_unanswered(at=due - timedelta(seconds=1)) == 0
    assert actions.pass_up_unanswered(at=due) == 1
    assert actions.pass_up_unanswered(at=due) == 0
    question.refresh_from_db()
    assert question.asked_of == line[2]
    assert actions.pass_up_unanswered(at=question.due_at) == 1  # the same again: nobody is above
    question.refresh_from_db()
    assert question.asked_of == line[2]


@pytest.mark.parametrize(
    ("limit", "given", "words"),
    [
        ("1.01", {"role": Role.SALES}, "at most 100"),
        ("-0.01", {"role": Role.SALES}, "not negative"),
        ("0.10", {}, "not both"),
        ("0.10", {"role": Role.DEPARTMENT_HEAD}, "of one’s own"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(line, limit, given, words):
    with pytest.raises(DomainError, match=words):
        actions.set_limit(kind=DISCOUNT, limit=Decimal(limit), **given, by=line[2], at=NINE)


def test_the_page_offers_the_answer_to_who_is_asked_only(client, line, people):
    question = ask(people.sales, line[0])
    grant = reverse("employees:grant", args=[question.number])
    for person, is_asked in ((line[1], True), (line[2], True), (line[0], False)):
        client.force_login(person)
        page = client.get(question.get_absolute_url()).content.decode()
        assert (grant in page) == is_asked
    client.force_login(EmployeeFactory(role=Role.SERVICE_MANAGER))
    assert client.get(question.get_absolute_url()).status_code == 404


def test_two_clicks_grant_once(client, line, people, carried_out):
    question = ask(people.sales, line[0])
    client.force_login(line[1])
    for _click in range(2):
        client.post(reverse("employees:grant", args=[question.number]), {"answer": ""})
    assert len(carried_out) == 1
    assert AuthorityQuestion.objects.get().status == QuestionStatus.GRANTED


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    client, people, count, django_assert_num_queries
):
    head = people.department_head
    AuthorityQuestionFactory.create_batch(count, asked_of=head)
    client.force_login(head)
    client.get("/authority/")
    with django_assert_num_queries(3):
        client.get("/authority/")


def test_a_limit_is_set_and_removed_by_the_head(client, people):
    client.force_login(people.department_head)
    client.post("/authority/limits/new/", {"role": Role.SALES, "kind": "discount", "limit": "7.5"})
    row = Authority.objects.get()
    assert row.limit == Decimal("0.075")
    client.post(reverse("employees:remove_limit", args=[row.pk]), {})
    assert not Authority.objects.exists()


def test_each_above_is_asked_once_and_the_last_keeps_it(line, people):
    heads = [line[2], *EmployeeFactory.create_batch(2, role=Role.DEPARTMENT_HEAD)]
    question = ask(people.sales, line[0], "0.20")
    asked = []
    for _turn in range(4):
        asked.append(question.asked_of)
        actions.pass_up_unanswered(at=question.due_at)
        question.refresh_from_db()

    assert asked == [*heads, heads[2]]
    assert queries.next_above(question, at=NINE) is None
    with pytest.raises(DomainError, match="Nobody above"):
        actions.pass_up(question, by=heads[2], at=NINE)
    assert Activity.objects.filter(verb="employees.still_not_answered").count() == 2


def test_what_was_asked_about_falls_away_and_both_hear(line, people):
    question = ask(people.sales, line[0])
    other = ask(line[2], line[0])

    assert actions.withdraw_about(people.sales, by=None, at=NINE) == 1

    question.refresh_from_db()
    other.refresh_from_db()
    assert (question.status, question.answered_by, other.status) == ("withdrawn", None, "open")
    tell_pending()
    heard = Notification.objects.filter(activity__verb="employees.question_fell_away")
    assert set(heard.values_list("recipient", flat=True)) == {line[0].pk, line[1].pk}


def test_what_is_gone_is_asked_about_no_more(line, people):
    gone = EmployeeFactory()
    EmployeeFactory._meta.model.objects.filter(pk=gone.pk).delete()
    with pytest.raises(DomainError, match="not there any more"):
        ask(gone, line[0])
