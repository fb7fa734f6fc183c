"""What each verb asks for. A form knows who fills it in and for which request."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskForm, MomentField
from employees.choices import Department
from employees.models import Employee, Outlet
from knowledge.models import Article, FaultCode
from service_requests.choices import LOWEST_PRIORITY, RINGS, Answer, Channel
from service_requests.models import HoldReason, ServiceRequest
from service_requests.queries import known_resolution

TOLD_BY = [choice for choice in Channel.choices if choice[0] != Channel.DEVICE]


def lines(rows: int, **more: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **more})


class VerbForm(DeskForm):
    """A verb that asks for nothing."""

    def __init__(
        self,
        *args: Any,
        service_request: ServiceRequest,
        user: Employee,
        at: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.service_request, self.user, self.at = service_request, user, at
        self.prepare()

    def prepare(self) -> None:
        """Limit the choices to what the person may see, and fill in what is known."""


class ReasonForm(VerbForm):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=lines(2))


class MergeForm(ReasonForm):
    """`into` is chosen before, and looked at: the page shows what would move there."""

    into = forms.ModelChoiceField(
        queryset=ServiceRequest.objects.none(), to_field_name="number", widget=forms.HiddenInput()
    )

    def prepare(self) -> None:
        self.fields["into"].queryset = ServiceRequest.objects.visible_to(self.user)  # type: ignore[attr-defined]


class NoteForm(VerbForm):
    text = forms.CharField(label=_("Internal note"), widget=lines(3, **{"data-key": "i"}))


class AnswerForm(VerbForm):
    text = forms.CharField(label=_("Answer to the customer"), widget=lines(3, **{"data-key": "r"}))
    told_by = forms.ChoiceField(label=_("Told by"), choices=TOLD_BY)

    def prepare(self) -> None:
        self.fields["told_by"].initial = (
            Channel.PHONE
            if self.service_request.channel == Channel.DEVICE
            else self.service_request.channel
        )


class TransferForm(VerbForm):
    to = forms.ModelChoiceField(
        label=_("To"), queryset=Employee.objects.none(), widget=SearchSelect("employees:options")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=lines(2))

    def prepare(self) -> None:
        self.fields["to"].queryset = colleagues(self.user)  # type: ignore[attr-defined]


class EscalateForm(VerbForm):
    to_ring = forms.TypedChoiceField(label=_("To ring"), coerce=int)
    to = forms.ModelChoiceField(
        label=_("Who is told (left open: the ring’s person)"),
        queryset=Employee.objects.none(),
        widget=SearchSelect("employees:options"),
        required=False,
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=lines(2))

    def prepare(self) -> None:
        higher = [(ring, label) for ring, label in RINGS if ring > self.service_request.ring]
        self.fields["to_ring"].choices = higher  # type: ignore[attr-defined]
        self.fields["to"].queryset = colleagues(self.user)  # type: ignore[attr-defined]


class HandBackForm(VerbForm):
    to_ring = forms.TypedChoiceField(label=_("To ring"), coerce=int)
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=lines(2))

    def prepare(self) -> None:
        lower = [(ring, label) for ring, label in RINGS if ring < self.service_request.ring]
        self.fields["to_ring"].choices = lower[::-1]  # type: ignore[attr-defined]


class HandOverForm(VerbForm):
    department = forms.ChoiceField(label=_("Department"), choices=Department.choices)
    asked_of = forms.ModelChoiceField(
        label=_("Person (left open: the department)"),
        queryset=Employee.objects.none(),
        widget=SearchSelect("employees:options"),
        required=False,
    )
    question = forms.CharField(label=_("Question"), widget=lines(3))
    due_at = MomentField(label=_("Answer due by"))

    def prepare(self) -> None:
        self.fields["asked_of"].queryset = colleagues(self.user)  # type: ignore[attr-defined]
        self.fields["department"].initial = Department.SALES
        self.fields["due_at"].initial = self.at + timedelta(days=1)


class HandoverAnswerForm(VerbForm):
    answer = forms.CharField(label=_("Answer"), widget=lines(3))


class HoldForm(VerbForm):
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=HoldReason.objects.all())
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    expires_at = MomentField(
        label=_("Until"),
        required=False,
        help_text=_("Left open: as long as the reason allows. Then the clocks run again."),
    )


class ResolveForm(VerbForm):
    resolution = forms.CharField(label=_("Resolution"), widget=lines(4))
    fault_code = forms.ModelChoiceField(
        label=_("Fault code"),
        queryset=FaultCode.objects.all(),
        required=False,
        widget=SearchSelect("service_requests:fault_codes", preload=True),
    )
    cause = forms.CharField(label=_("Cause"), max_length=120, required=False)
    solved_by = forms.ModelChoiceField(
        label=_("Solved with the article"),
        queryset=Article.objects.none(),
        required=False,
        widget=SearchSelect("knowledge:options"),
    )

    def prepare(self) -> None:
        self.fields["solved_by"].queryset = Article.objects.visible_to(self.user)  # type: ignore[attr-defined]
        self.fields["resolution"].initial = known_resolution(self.service_request)
        for name in ("fault_code", "cause", "solved_by"):
            self.fields[name].initial = getattr(self.service_request, name)


class CodesForm(VerbForm):
    fault_code = forms.ModelChoiceField(
        label=_("Fault code"),
        queryset=FaultCode.objects.all(),
        widget=SearchSelect("service_requests:fault_codes", preload=True),
    )
    cause = forms.CharField(label=_("Cause"), max_length=120)

    def prepare(self) -> None:
        for name in ("fault_code", "cause"):
            self.fields[name].initial = getattr(self.service_request, name)


class AskForm(VerbForm):
    answer = forms.ChoiceField(
        label=_("What the customer said"), choices=Answer.choices, widget=forms.RadioSelect
    )


class PriorityForm(VerbForm):
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=[(number, number) for number in range(1, LOWEST_PRIORITY + 1)],
        coerce=int,
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=lines(2))

    def prepare(self) -> None:
        self.fields["priority"].initial = self.service_request.priority


class InvolveForm(VerbForm):
    outlet = forms.ModelChoiceField(
        label=_("Outlet"),
        queryset=Outlet.objects.all(),
        widget=forms.Select(attrs={"data-search": "yes"}),
    )

    def prepare(self) -> None:
        involved = self.service_request.outlets.values("pk")
        self.fields["outlet"].queryset = Outlet.objects.exclude(pk__in=involved)  # type: ignore[attr-defined]


def colleagues(user: Employee) -> Any:
    return Employee.objects.visible_to(user).active()
