"""The price plan from the policies: labour rates, factors, minimum, call-out fee, tax."""

from datetime import date
from decimal import Decimal

from crmservice.imports.importer import PolicyImporter, register
from crmservice.imports.policies import Section, misunderstood
from crmservice.money import MINOR_DIGITS, ZERO
from orders.choices import WorkKind
from orders.models import LabourRate, PricePlan

ALWAYS = date(2000, 1, 1)
CURRENCIES = {name: name for name in MINOR_DIGITS}
FACTORS = {"normal", "evening", "weekend", "holiday"}
MOST_FACTOR, MOST_TAX = Decimal(100), Decimal("0.9999")
A_DAY = 24 * 60


@register
class PricePlans(PolicyImporter):
    """One plan for all that was and will be, until somebody writes a later one."""

    def take(self) -> int:
        policies = self.context.policies
        if not policies.has("labour_rates"):
            return 0
        rates = policies.section("labour_rates")
        per_hour = {
            kind: rates.amount(f"{kind}_per_hour")
            for kind in WorkKind
            if rates.has(f"{kind}_per_hour")
        }
        plan, is_new = PricePlan.objects.get_or_create(
            valid_from=ALWAYS,
            defaults={
                "currency": rates.one_of("currency", CURRENCIES),
                "minimum_minutes": rates.whole("minimum_minutes", 0, least=0, most=A_DAY),
                "rounding_minutes": rates.whole("rounding_minutes", 1, least=1, most=A_DAY),
                "call_out_fee": rates.amount("call_out_fee", ZERO),
                "tax_rate": policies.amount("tax_rate", ZERO, most=MOST_TAX, places=4),
                **(factors_of(rates.section("factors")) if rates.has("factors") else {}),
            },
        )
        if is_new:
            LabourRate.objects.bulk_create(
                LabourRate(plan=plan, kind=kind, per_hour=rate) for kind, rate in per_hour.items()
            )
        return int(is_new)


def factors_of(factors: Section) -> dict[str, Decimal]:
    strange = set(factors) - FACTORS
    if strange:
        raise misunderstood(factors.path, sorted(strange))
    return {f"factor_{name}": factors.amount(name, most=MOST_FACTOR) for name in factors}
