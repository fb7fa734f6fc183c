"""What each verb of a complaint asks for."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from crmservice.web.forms import DeskForm
from employees.choices import Department
from service_requests.choices import ComplaintCause
from service_requests.forms.verbs import lines


class AcknowledgeForm(DeskForm):
    text = forms.CharField(
        label=_("What the customer is told"),
        widget=lines(4),
        help_text=_("That we have it, who sees to it, and by when there is an answer."),
    )


class InvestigateForm(DeskForm):
    cause = forms.ChoiceField(label=_("Cause"), choices=ComplaintCause.choices)
    department = forms.ChoiceField(label=_("Department that caused it"), choices=Department.choices)
    findings = forms.CharField(label=_("What was behind it"), widget=lines(5))


class RemedyForm(DeskForm):
    remedy = forms.CharField(label=_("What is done for the customer"), widget=lines(4))
    measure = forms.CharField(
        label=_("So that it does not happen again"), required=False, widget=lines(3)
    )


class GoodwillForm(DeskForm):
    amount = forms.DecimalField(
        label=_("Amount (CNY)"), max_digits=12, decimal_places=2, min_value=Decimal("0.01")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=lines(2))


class AnswerComplaintForm(DeskForm):
    text = forms.CharField(
        label=_("Answer to the customer"),
        widget=lines(6),
        help_text=_("What was found, and what is done about it."),
    )
