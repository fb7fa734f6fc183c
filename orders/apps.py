from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from crmservice.search import kinds


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Parts and labour orders")

    def ready(self) -> None:
        kinds.register(
            "order",
            _("Orders"),
            "package",
            "orders.view",
            model="orders.order",
            rebuild=lambda: import_module("orders.queries").rebuild_search(),
        )
        kinds.register(
            "return",
            _("Returns"),
            "arrows-exchange",
            "orders.view",
            model="orders.returncase",
            rebuild=lambda: import_module("orders.queries").rebuild_returns(),
        )
