"""S-07: what a form's choice names and the person does not see is refused, and nothing is written.

The fields are those of the forms that the routes show; a choice among a scoped noun that is not
planted in tests/security/world.py fails.
"""

import re

import pytest
from django.db import connection, transaction
from django.forms import BaseForm, BaseFormSet, ModelChoiceField

from employees.choices import Role
from employees.models import Outlet
from employees.permissions import PERMISSIONS
from tests.factories.employees import EmployeeFactory, OutletFactory
from tests.security import world
from tests.security.examples import request_of, url_of
from tests.security.routes import ours

NARROW = (Role.PARTNER_COORDINATOR, Role.FIELD_ENGINEER)
NOT_TRIED = {
    ("InvolveForm", "outlet"): "goes beyond one's own outlet on purpose: another is asked for help",
    ("AffiliationForm", "customer"): "only who may change customers sends it: they see all",
    ("PlaceForm", "engineer"): "is sent to another address (tests/dispatch/test_board.py)",
}
FILTER = "FilterSetForm", "FilterForm"  # narrows a list (test_out_of_sight.py)
WRITES = re.compile(r"\s*(insert|update|delete)\b", re.IGNORECASE)


class Writes:
    """For `connection.execute_wrapper`: the statements that change rows."""

    def __init__(self):
        self.statements = []

    def __call__(self, execute, sql, params, many, context):
        if WRITES.match(sql):
            self.statements.append(sql)
        return execute(sql, params, many, context)


@pytest.fixture
def planted(db):
    return world.build(OutletFactory(partner=True))


def person_of(role):
    return EmployeeFactory(role=role, outlet=Outlet.objects.get(code="SY"))


def posted(role):
    """The routes of a role that answer a POST."""
    return [
        route
        for route in ours()
        if route.permission == "everybody" or role in PERMISSIONS.get(route.permission, {})
    ]


def asked(client, url, data):
    """The answer to a POST and what it wrote; afterwards all is as it was."""
    writes = Writes()
    with transaction.atomic():
        with connection.execute_wrapper(writes):
            answer = client.post(url, data)
        transaction.set_rollback(True)
    return answer, writes.statements


def forms_of(answer):
    """Every bound or empty form that the page was made from, those of form sets too."""
    if answer.context is None:
        return []
    contexts = answer.context if isinstance(answer.context, list) else [answer.context]
    values = [value for each in contexts for layer in each.dicts for value in layer.values()]
    return list({id(form): form for value in values for form in unfolded(value)}.values())


def unfolded(value):
    if isinstance(value, BaseFormSet):
        yield value.management_form
        yield from value.forms
    elif isinstance(value, BaseForm) and not is_left_out(value):
        yield value
        for part in vars(value).values():
            if isinstance(part, BaseFormSet):
                yield from unfolded(part)


def is_left_out(form):
    return type(form).__name__.endswith(FILTER) or "__prefix__" in (form.prefix or "")


def choices_in(answer):
    """The fields of a page's forms whose choice is a row of a noun with a scope."""
    for form in forms_of(answer):
        for name, field in form.fields.items():
            is_choice = isinstance(field, ModelChoiceField)
            if is_choice and hasattr(field.queryset.model._default_manager, "visible_to"):
                yield form, name, field


def twin_of(field, planted):
    model = field.queryset.model
    if model is Outlet:
        return planted.owner.outlet
    return next(each.record for each in planted.hidden.values() if type(each.record) is model)


def filled(answer):
    """What a browser would send back of a page as it is shown."""
    values = {bound.html_name: bound.value() for form in forms_of(answer) for bound in form}
    return {name: value for name, value in values.items() if value not in (None, "")}


def errors_of(answer, form, name):
    """The codes of the errors that the same form has now at this field."""
    return {
        error.code
        for each in forms_of(answer)
        if type(each) is type(form) and each.is_bound
        for error in each.errors.as_data().get(name, ())
    }


@pytest.mark.parametrize("role", NARROW)
def test_a_choice_out_of_scope_is_refused_and_nothing_is_written(client, planted, role):
    person = person_of(role)
    client.force_login(person)
    shown, tried, taken = set(), set(), []
    for route in posted(role):
        with transaction.atomic():
            url = url_of(route, person)
            page = client.get(url)
            empty, _written = asked(client, url, {})
            page = empty if page.status_code == 405 else page
            for form, name, field in choices_in(page):
                case = type(form).__name__, name
                shown.add(case)
                if empty.status_code == 405 or case in NOT_TRIED:
                    continue
                key = field.prepare_value(twin_of(field, planted))
                answer, written = asked(client, url, filled(page) | {form.add_prefix(name): key})
                tried.add(case)
                if written or "invalid_choice" not in errors_of(answer, form, name):
                    taken.append((route.name, *case, written))
            transaction.set_rollback(True)

    assert taken == []
    assert tried == shown - NOT_TRIED.keys()
    assert tried >= {("LogForm", "asset"), ("TransferForm", "to")}


@pytest.mark.parametrize("role", NARROW)
@pytest.mark.parametrize("kind", ["customer", "contact"])
def test_a_caller_out_of_scope_is_refused(client, planted, role, kind):
    client.force_login(person_of(role))
    names = {
        "customer": f"customer:{planted.hidden['customer'].number}",
        "contact": f"contact:{planted.hidden['contact'].record.affiliations.get().pk}",
    }
    typed = {"caller": names[kind], "subject": "No pressure", "kind": "fault"}

    answer, written = asked(client, "/requests/new/", typed)

    assert (answer.status_code, written) == (422, [])
    assert set(answer.context["form"].errors) >= {"caller"}


@pytest.mark.parametrize("place", ["/tasks/new/", "/tasks/new/?request={request}"])
def test_an_engineer_out_of_scope_is_not_sent(client, planted, place):
    person = person_of(Role.PARTNER_COORDINATOR)
    client.force_login(person)
    number = request_of(person).number
    typed = {
        "kind": "onsite",
        "title": "Seal",
        "earliest": "2026-03-03T09:00",
        "minutes": "60",
        "offer": planted.engineer.employee_no,
    }

    answer, written = asked(client, place.format(request=number), typed)

    assert (answer.status_code, written) == (422, [])
    assert set(answer.context["form"].errors) >= {"offer"}


@pytest.mark.parametrize("place", ["/tasks/new/?request={}", "/tasks/suggestions/?request={}"])
def test_a_request_out_of_scope_is_not_found_by_its_number(client, planted, place):
    client.force_login(person_of(Role.PARTNER_COORDINATOR))
    url = place.format(planted.hidden["request_of_shared"].number)

    assert client.get(url).status_code == 404
    assert client.post(url, {"title": "Seal"}).status_code in {404, 405}
