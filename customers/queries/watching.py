"""The terms by which customers are watched."""

from decimal import Decimal

from django.conf import settings

from customers.trends import Terms


def trend_terms() -> Terms:
    return Terms(
        months=settings.TREND_MONTHS,
        rising=Decimal(settings.TREND_RISING),
        declining=Decimal(settings.TREND_DECLINING),
        silent_months=settings.TREND_LOST_MONTHS,
        known_months=settings.TREND_KNOWN_MONTHS,
    )
