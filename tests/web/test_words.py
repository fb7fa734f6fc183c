"""A word of two senses is two words in Chinese: each stands where it is meant."""

import pytest
from django.utils.translation import override

from assets.views.plans import PLANS as MAINTENANCE
from customers.forms import MeasureForm
from customers.views import care
from employees.views.authority import LISTING as QUESTIONS
from reports.queries.declared.customers import CUSTOMERS
from reports.queries.declared.work import PARTS
from service_requests.filters import ComplaintFilterSet, RoundSurveyFilterSet
from service_requests.views.rounds import ROUNDS, TABS
from tests.factories.customers import CarePlanFactory


def column(listing, key):
    return next(each.label for each in listing.columns if each.key == key)


def measure(report, key):
    return next(each.label for each in report.measures if each.key == key)


@pytest.mark.parametrize(
    ("word", "chinese"),
    [
        (MeasureForm.base_fields["due_on"].label, "到期时间"),
        (column(ROUNDS, "drawn"), "抽取时间"),
        (TABS[-1][1], "调查问题"),
        (column(QUESTIONS, "asked"), "提出时间"),
        (column(MAINTENANCE, "title"), "保养计划"),
        (ComplaintFilterSet.base_filters["was_late"].label, "及时性"),
        (RoundSurveyFilterSet.base_filters["answered"].extra["choices"][0][1], "已答复"),
        (measure(PARTS, "used"), "用量"),
        (measure(CUSTOMERS, "running"), "进行中"),
    ],
)
def test_a_word_is_said_in_the_sense_it_has_here(word, chinese):
    with override("zh-hans"):
        assert str(word) == chinese


@pytest.mark.django_db
def test_a_care_plan_that_runs_is_no_clock():
    with override("zh-hans"):
        assert care.state_cell(CarePlanFactory()).text == "进行中"
