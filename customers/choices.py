from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CustomerKind(TextChoices):
    END_USER = "end_user", _("End user")
    DEALER = "dealer", _("Dealer")
    PROSPECT = "prospect", _("Prospect")


class ContactChannel(TextChoices):
    PHONE = "phone", _("Telephone")
    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")


class Language(TextChoices):
    ZH = "zh", _("Chinese")
    EN = "en", _("English")


class PurchaseKind(TextChoices):
    EQUIPMENT = "equipment", _("Equipment")
    PARTS = "parts", _("Parts")
    SERVICE = "service", _("Service")
