"""The price plan from the policies: labour rates, factors, minimum, call-out fee, tax."""

from datetime import date
from decimal import Decimal

from crmservice.imports.importer import PolicyImporter, register
from orders.choices import WorkKind
from orders.models import LabourRate, PricePlan

ALWAYS = date(2000, 1, 1)


@register
class PricePlans(PolicyImporter):
    """One plan for all that was and will be, until somebody writes a later one."""

    sections = ("labour_rates", "tax_rate")

    def take(self) -> int:
        policies = self.context.policies
        rates = policies.get("labour_rates")
        if rates is None:
            return 0
        factors = rates.get("factors", {})
        plan, is_new = PricePlan.objects.get_or_create(
            valid_from=ALWAYS,
            defaults={
                "currency": rates["currency"],
                "minimum_minutes": rates.get("minimum_minutes", 0),
                "rounding_minutes": rates.get("rounding_minutes", 1),
                "call_out_fee": Decimal(rates.get("call_out_fee", 0)),
                "tax_rate": Decimal(policies.get("tax_rate", 0)),
                **{f"factor_{name}": Decimal(factor) for name, factor in factors.items()},
            },
        )
        if is_new:
            LabourRate.objects.bulk_create(
                LabourRate(plan=plan, kind=kind, per_hour=Decimal(rates[f"{kind}_per_hour"]))
                for kind in WorkKind
                if f"{kind}_per_hour" in rates
            )
        return int(is_new)
