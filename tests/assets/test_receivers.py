from datetime import UTC, datetime

import pytest

from assets.queries import found, rebuild_search
from crmservice.web.panels import collect
from customers import actions as customers
from knowledge.signals import detail_panels
from tests.factories.assets import AssetFactory, AssetModelFactory
from tests.factories.customers import CustomerFactory
from tests.factories.knowledge import ArticleFactory

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def test_an_outlet_that_serves_no_more_finds_no_more(people):
    outlet = people.partner_coordinator.outlet
    asset = AssetFactory(customer=CustomerFactory(served_by=[outlet]), serial_no="XK-900017")
    rebuild_search()
    assert found("900017", people.partner_engineer, 5) == [asset.pk]

    customers.serve(asset.customer, [], by=people.service_manager, at=AT)

    assert found("900017", people.partner_engineer, 5) == []
    assert found("900017", people.service_manager, 5) == [asset.pk]


@pytest.mark.parametrize("has_model", [True, False])
def test_an_article_shows_its_models(people, has_model):
    article = ArticleFactory()
    if has_model:
        AssetModelFactory(articles=[article])

    panels = collect(detail_panels, article, user=people.sales, at=AT)

    assert ("assets/_models.html" in [panel.template for panel in panels]) is has_model
