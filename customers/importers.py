"""Customers, contacts and purchases; tiers from the policies, and everybody's tier of today."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from crmservice.imports.columns import amount, choice, code, currency, day, degrees, email, text
from crmservice.imports.importer import FileImporter, Finisher, PolicyImporter, Row, register
from crmservice.imports.policies import Section, misunderstood
from crmservice.imports.refusing import RefusedError
from crmservice.money import ZERO
from crmservice.phones import to_e164
from customers.actions import recompute_tiers
from customers.choices import ContactChannel, CustomerKind, Language, PurchaseKind
from customers.models import Affiliation, Contact, ContactPhone, Customer, Purchase, Tier

KINDS = {str(kind): kind for kind in CustomerKind} | {
    "最终用户": CustomerKind.END_USER,
    "end user": CustomerKind.END_USER,
    "用户": CustomerKind.END_USER,
    "代理商": CustomerKind.DEALER,
    "经销商": CustomerKind.DEALER,
    "agent": CustomerKind.DEALER,
    "潜在客户": CustomerKind.PROSPECT,
}
CHANNELS = {str(channel): channel for channel in ContactChannel} | {
    "电话": ContactChannel.PHONE,
    "telephone": ContactChannel.PHONE,
    "邮件": ContactChannel.EMAIL,
    "电子邮件": ContactChannel.EMAIL,
    "e-mail": ContactChannel.EMAIL,
    "微信": ContactChannel.WECHAT,
}
LANGUAGES = {"zh": Language.ZH, "中文": Language.ZH, "chinese": Language.ZH} | {
    "en": Language.EN,
    "英文": Language.EN,
    "english": Language.EN,
}
PURCHASE_KINDS = {str(kind): kind for kind in PurchaseKind} | {
    "设备": PurchaseKind.EQUIPMENT,
    "备件": PurchaseKind.PARTS,
    "零部件": PurchaseKind.PARTS,
    "服务": PurchaseKind.SERVICE,
}
MOST_PURCHASE = Decimal(10**11)


@register
class Tiers(PolicyImporter):
    """The tiers, the highest threshold first."""

    def take(self) -> int:
        rows = self.context.policies.rows("tiers")
        if not rows:
            raise misunderstood("tiers", rows)
        taken = sum(self._take(row, Tier.objects.count() + 1) for row in rows)
        if taken:
            self._rank()
        return taken

    def _take(self, row: Section, rank: int) -> int:
        tier_code = row.code("code")
        return Tier.objects.get_or_create(
            code=tier_code,
            defaults={
                "name_zh": row.text("name_zh", tier_code),
                "name_en": row.text("name_en", tier_code),
                "rank": rank,
                "purchases_from": row.amount("purchases_24_months_from", most=MOST_PURCHASE),
                "parts_discount": row.amount("parts_discount", ZERO, most=Decimal(1), places=4),
            },
        )[1]

    def _rank(self) -> None:
        tiers = list(Tier.objects.order_by("-purchases_from", "rank"))
        for rank, tier in enumerate(tiers, start=max(tier.rank for tier in tiers) + 1):
            Tier.objects.filter(pk=tier.pk).update(rank=rank)  # above all: no two may be the same
        for rank, tier in enumerate(tiers, start=1):
            Tier.objects.filter(pk=tier.pk).update(rank=rank)


@dataclass
class Organisation:
    customer: Customer
    supplier_code: str


@register
class Customers(FileImporter[Organisation]):
    filename = "customers.csv"
    columns = (
        code("code", "客户编号", "customer_code", "customer_no", needed=True),
        text("name", "客户名称", "customer_name", needed=True),
        text("name_en", "英文名称", "english_name", optional=True),
        choice("kind", "类型", "客户类型", "type", needed=True, words=KINDS),
        code("supplier_code", "供应商编号", "supplier", "supplied_by"),
        text("industry", "行业", longest=60, optional=True),
        text("province", "省", "省份", longest=60, optional=True),
        text("city", "市", "城市", longest=60, optional=True),
        text("address", "地址", longest=300, optional=True),
        degrees("latitude", "纬度", "lat", most=90),
        degrees("longitude", "经度", "lon", "lng", most=180),
        text("phone", "电话", "telephone", longest=60),
        text("note", "备注", "notes", "remark", longest=10_000, optional=True),
    )

    def prepare(self) -> None:
        self.customers = dict(Customer.objects.values_list("code", "pk"))
        self.lowest = Tier.objects.order_by("purchases_from").first()

    def existing(self) -> set[str]:
        return set(Customer.objects.values_list("code", flat=True))

    def judge(self, row: Row) -> Organisation:
        if row["supplier_code"] == row.key:
            raise RefusedError(_("is its own supplier"))
        assert self.lowest is not None
        customer = Customer(
            code=row.key,
            is_end_user=row["kind"] == CustomerKind.END_USER,
            is_dealer=row["kind"] == CustomerKind.DEALER,
            is_prospect=row["kind"] == CustomerKind.PROSPECT,
            phone=to_e164(row["phone"]) or "",
            phone_typed=row["phone"],
            tier=self.lowest,
            **{name: row[name] for name in PLAIN},
        )
        return Organisation(customer, row["supplier_code"])

    def parent_key(self, record: Organisation) -> str:
        return record.supplier_code

    def orphaned(self, parent: str) -> RefusedError:
        return self.unknown(_("supplier"), parent, self.filename)

    def write(self, records: list[Organisation]) -> None:
        for each in records:
            if each.supplier_code:
                each.customer.supplier_id = self.customers[each.supplier_code]
        Customer.objects.bulk_create([each.customer for each in records])
        self.customers |= {each.customer.code: each.customer.pk for each in records}


PLAIN = (
    "name",
    "name_en",
    "industry",
    "province",
    "city",
    "address",
    "latitude",
    "longitude",
    "note",
)


@dataclass
class Person:
    contact: Contact
    affiliation: Affiliation
    phone: ContactPhone | None


@register
class Contacts(FileImporter[Person]):
    filename = "contacts.csv"
    after = ("customers.csv",)
    columns = (
        code("code", "联系人编号", "contact_no", "contact_code", needed=True),
        code("customer_code", "客户编号", needed=True),
        text("name", "姓名", "contact_name", needed=True, longest=120),
        text("position", "职务", longest=60, optional=True),
        text("phone", "电话", "telephone", longest=60),
        email("email", "邮箱", "e-mail", optional=True),
        choice(
            "channel",
            "偏好渠道",
            "preferred_channel",
            words=CHANNELS,
            empty=ContactChannel.PHONE,
            optional=True,
        ),
        choice("language", "语言", words=LANGUAGES, empty=Language.ZH, optional=True),
    )

    def prepare(self) -> None:
        self.customers = dict(Customer.objects.values_list("code", "pk"))

    def existing(self) -> set[str]:
        return set(Contact.objects.values_list("code", flat=True))

    def judge(self, row: Row) -> Person:
        customer = self.customers.get(row["customer_code"])
        if customer is None:
            raise self.unknown(_("customer"), row["customer_code"], "customers.csv")
        number = to_e164(row["phone"]) if row["phone"] else ""
        if number is None:
            raise RefusedError(_("“%(phone)s” is no telephone number") % {"phone": row["phone"]})
        contact = Contact(
            code=row.key,
            name=row["name"],
            email=row["email"],
            preferred_channel=row["channel"],
            language=row["language"],
        )
        return Person(
            contact,
            Affiliation(contact=contact, customer_id=customer, position=row["position"]),
            ContactPhone(contact=contact, number=number, typed=row["phone"]) if number else None,
        )

    def write(self, records: list[Person]) -> None:
        Contact.objects.bulk_create([person.contact for person in records])
        Affiliation.objects.bulk_create([person.affiliation for person in records])
        ContactPhone.objects.bulk_create([person.phone for person in records if person.phone])


@register
class Purchases(FileImporter[Purchase]):
    filename = "purchases.csv"
    after = ("customers.csv",)
    columns = (
        code("document_no", "单据编号", "单据号", needed=True),
        code("customer_code", "客户编号", needed=True),
        day("date", "日期", needed=True, history=True),
        choice("kind", "类别", "类型", needed=True, words=PURCHASE_KINDS),
        amount("amount", "金额", needed=True, least=-MOST_PURCHASE, most=MOST_PURCHASE),
        currency("currency", "币种", needed=True),
    )

    def prepare(self) -> None:
        self.customers = dict(Customer.objects.values_list("code", "pk"))

    def existing(self) -> set[str]:
        return set(Purchase.objects.values_list("document_no", flat=True))

    def judge(self, row: Row) -> Purchase:
        customer = self.customers.get(row["customer_code"])
        if customer is None:
            raise self.unknown(_("customer"), row["customer_code"], "customers.csv")
        refuse_currency(row["currency"])
        return Purchase(
            document_no=row.key,
            customer_id=customer,
            bought_on=row["date"],
            kind=row["kind"],
            amount=row["amount"],
            currency=row["currency"],
        )

    def write(self, records: list[Purchase]) -> None:
        Purchase.objects.bulk_create(records)


def refuse_currency(word: str) -> None:
    """Purchases make the tier, so one whose worth in the base currency is not known is refused."""
    if word != settings.BASE_CURRENCY:
        raise RefusedError(
            _("no rate is known from %(currency)s to %(base)s")
            % {"currency": word, "base": settings.BASE_CURRENCY}
        )


@register
class TiersOfToday(Finisher):
    """Each customer's tier, from the purchases that are now known."""

    def finish(self) -> None:
        recompute_tiers(self.context.day_of(self.context.at), at=self.context.at)
