from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from employees import situations
from service_requests.choices import RECORD, Kind


class ServiceRequestsConfig(AppConfig):
    name = "service_requests"
    verbose_name = _("Service requests")

    def ready(self) -> None:
        from crmservice.search.kinds import register  # noqa: PLC0415  (models are loaded by now)
        from service_requests.queries import facts_between, rebuild_search  # noqa: PLC0415

        situations.register(
            situations.Situation(
                RECORD,
                _("Service requests"),
                Kind.choices,
                {"fault_code": _("Fault code"), "cause": _("Cause")},
                "service_requests.servicerequest",
                facts_between,
            )
        )
        register(
            "request",
            _("Service requests"),
            "headset",
            "service_requests.view",
            model="service_requests.servicerequest",
            rebuild=rebuild_search,
        )
