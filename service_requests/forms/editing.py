"""What was written down when a request was logged, to be corrected."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assets.models import Asset
from crmservice.web.choosing import SearchSelect
from crmservice.web.forms import DeskModelForm
from customers.models import Contact, Site
from employees.models import Employee
from service_requests.models import ServiceRequest


class RequestForm(DeskModelForm):
    class Meta:
        model = ServiceRequest
        fields = (
            "subject",
            "description",
            "kind",
            "severity",
            "asset",
            "site",
            "contact",
            "caller_name",
            "caller_phone",
            "visit_promised",
        )
        widgets = {
            "description": forms.Textarea(attrs={"rows": 5}),
            "asset": SearchSelect("assets:options", sends=["customer"], preload=True),
        }
        help_texts = {
            "asset": _("Another asset does not change the cover by itself: check the cover then."),
            "visit_promised": _("The clock of arrival runs only where a visit is made."),
        }

    customer = forms.CharField(widget=forms.HiddenInput, required=False, disabled=True)

    def __init__(self, *args: Any, user: Employee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customer = self.instance.customer_id
        self.fields["customer"].initial = customer
        choices = {
            "asset": Asset.objects.visible_to(user).filter(customer=customer),
            "site": Site.objects.filter(customer=customer),
            "contact": Contact.objects.filter(affiliations__customer=customer).distinct(),
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
