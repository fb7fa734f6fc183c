"""The catalogue (models and parts with their costs) and the installed base."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from assets.choices import AssetStatus, Make
from assets.models import Asset, AssetModel, Part, PartCost
from assets.warranty import warranty
from crmservice.imports.columns import amount, choice, code, day, text, whole
from crmservice.imports.importer import FileImporter, Row, register
from crmservice.imports.reading import narrow
from crmservice.imports.refusing import RefusedError
from customers.models import Customer
from employees.models import Skill

MAKES = {"own": Make.OWN, "third": Make.THIRD, "自产": Make.OWN, "第三方": Make.THIRD}
STATUSES = {str(status): status for status in AssetStatus} | {
    "在用": AssetStatus.IN_USE,
    "使用中": AssetStatus.IN_USE,
    "维修中": AssetStatus.IN_REPAIR,
    "报废": AssetStatus.RETIRED,
    "停用": AssetStatus.RETIRED,
}
LONGEST_WARRANTY = 600
MOST_PRICE = Decimal(9_999_999)
ALWAYS = date(2000, 1, 1)


@register
class Models(FileImporter[AssetModel]):
    filename = "products.csv"
    after = ("employees.csv",)
    columns = (
        code("model", "型号", needed=True),
        text("name_zh", "中文名称", "名称", needed=True, longest=120),
        text("name_en", "英文名称", longest=120, optional=True),
        choice("make", "品牌", "产地", words=MAKES, empty=Make.OWN, optional=True),
        text("category", "类别", longest=40, optional=True),
        whole("warranty_months", "保修月数", most=LONGEST_WARRANTY, empty=0),
        amount("list_price_cny", "标价", "list_price", least=Decimal(0), optional=True),
    )

    def prepare(self) -> None:
        self.skills = {skill.code: skill for skill in Skill.objects.all()}

    def existing(self) -> set[str]:
        return set(AssetModel.objects.values_list("code", flat=True))

    def judge(self, row: Row) -> AssetModel:
        return AssetModel(
            code=row.key,
            name_zh=row["name_zh"],
            name_en=row["name_en"] or row["name_zh"],
            make=row["make"],
            category=row["category"],
            skill=self.skills.get(row["category"].upper()),
            warranty_months=row["warranty_months"],
            list_price=row["list_price_cny"],
        )

    def write(self, records: list[AssetModel]) -> None:
        AssetModel.objects.bulk_create(records)


@dataclass
class PricedPart:
    part: Part
    cost: Decimal | None


@register
class Parts(FileImporter[PricedPart]):
    filename = "parts.csv"
    after = ("products.csv",)
    columns = (
        code("part_no", "零件号", "备件编号", needed=True, longest=60),
        text("name_zh", "中文名称", "名称", needed=True, longest=120),
        text("name_en", "英文名称", longest=120),
        text("unit", "单位", longest=20, empty="件", optional=True),
        amount(
            "list_price_cny", "标价", "list_price", needed=True, least=Decimal(0), most=MOST_PRICE
        ),
        amount("cost_cny", "成本", "cost", least=Decimal(0), most=MOST_PRICE),
        code("fits_model", "适用型号"),
    )

    def prepare(self) -> None:
        self.models = dict(AssetModel.objects.values_list("code", "pk"))

    def existing(self) -> set[str]:
        return set(Part.objects.values_list("part_no", flat=True))

    def judge(self, row: Row) -> PricedPart:
        if row["fits_model"] and row["fits_model"] not in self.models:
            raise self.unknown(_("model"), row["fits_model"], "products.csv")
        part = Part(
            part_no=row.key,
            name_zh=row["name_zh"],
            name_en=row["name_en"] or row["name_zh"],
            unit=row["unit"],
            list_price=row["list_price_cny"],
            fits_model_id=self.models.get(row["fits_model"]),
        )
        return PricedPart(part, row["cost_cny"])

    def write(self, records: list[PricedPart]) -> None:
        Part.objects.bulk_create([each.part for each in records])
        PartCost.objects.bulk_create(
            PartCost(part=each.part, valid_from=ALWAYS, cost=each.cost)
            for each in records
            if each.cost is not None
        )


@dataclass
class Machine:
    asset: Asset
    parent_no: str


@register
class Assets(FileImporter[Machine]):
    """Devices and their components; a component's model is "English name|model of its device"."""

    filename = "assets.csv"
    after = ("customers.csv", "products.csv", "parts.csv")
    columns = (
        code("serial_no", "序列号", needed=True, longest=80),
        code("model", "型号", needed=True, longest=200),
        code("customer_code", "客户编号", needed=True),
        code("parent_serial_no", "上级序列号", "所属设备", longest=80),
        day("delivered_on", "交付日期", "发货日期"),
        day("installed_on", "安装日期"),
        whole("warranty_months", "保修月数", most=LONGEST_WARRANTY),
        text("software_version", "软件版本", longest=40, optional=True),
        choice("status", "状态", words=STATUSES, empty=AssetStatus.IN_USE),
        code("supplied_by", "供应商编号", optional=True),
    )

    def prepare(self) -> None:
        self.customers = dict(Customer.objects.values_list("code", "pk"))
        self.models = dict(AssetModel.objects.values_list("code", "pk"))
        self.parts = parts_by_device()
        self.months_of_model = dict(AssetModel.objects.values_list("pk", "warranty_months"))
        self.months_of_part = dict(Part.objects.values_list("pk", "fits_model__warranty_months"))
        self.trees = {
            serial: (pk, root)
            for serial, pk, root in Asset.objects.values_list("serial_no", "pk", "root")
        }

    def existing(self) -> set[str]:
        return set(Asset.objects.values_list("serial_no", flat=True))

    def judge(self, row: Row) -> Machine:
        customer = self.customers.get(row["customer_code"])
        if customer is None:
            raise self.unknown(_("customer"), row["customer_code"], "customers.csv")
        supplier = self.customers.get(row["supplied_by"])
        if row["supplied_by"] and supplier is None:
            raise self.unknown(_("supplier"), row["supplied_by"], "customers.csv")
        model, part = self._kind_of(row["model"])
        if (
            row["installed_on"]
            and row["delivered_on"]
            and row["installed_on"] < row["delivered_on"]
        ):
            raise RefusedError(_("installed before delivery"))
        asset = Asset(
            serial_no=row.key,
            model_id=model,
            part_id=part,
            customer_id=customer,
            supplied_by_id=supplier,
            delivered_on=row["delivered_on"],
            installed_on=row["installed_on"],
            warranty_months=row["warranty_months"],
            software_version=row["software_version"],
            status=row["status"],
        )
        return Machine(asset, row["parent_serial_no"])

    def parent_key(self, record: Machine) -> str:
        return record.parent_no

    def orphaned(self, parent: str) -> RefusedError:
        return self.unknown(_("parent"), parent, self.filename)

    def write(self, records: list[Machine]) -> None:
        for each in records:
            if each.parent_no:
                parent, root = self.trees[each.parent_no]
                each.asset.parent_id, each.asset.root_id = parent, root or parent
        assets = [each.asset for each in records]
        for asset in assets:
            asset.warranty_until = self._last_day_of_warranty(asset)
        Asset.objects.bulk_create(assets)
        tops = [asset for asset in assets if asset.parent_id is None]
        for asset in tops:
            asset.root_id = asset.pk
        Asset.objects.bulk_update(tops, ["root"])
        self.trees |= {asset.serial_no: (asset.pk, asset.root_id) for asset in assets}

    def _last_day_of_warranty(self, asset: Asset) -> date | None:
        """As `Asset.stamp_warranty`, without a query for each."""
        start, months = asset.warranty_starts_on, asset.warranty_months
        if months is None:
            of_model = self.months_of_model.get(asset.model_id or 0)
            months = of_model or self.months_of_part.get(asset.part_id or 0) or 0
        return warranty(start, months, start).until if start else None

    def _kind_of(self, cell: str) -> tuple[int | None, int | None]:
        """The model of a device, or the part that a component is."""
        name, bar, device = cell.partition("|")
        if not bar:
            model = self.models.get(cell)
            if model is None:
                raise self.unknown(_("model"), cell, "products.csv")
            return model, None
        if device.strip() not in self.models:
            raise self.unknown(_("model"), device.strip(), "products.csv")
        part = self.parts.get((name.strip().casefold(), device.strip()))
        if part is None:
            raise RefusedError(
                _("no part “%(part)s for %(model)s” is known")
                % {"part": name.strip(), "model": device.strip()}
            )
        return None, part


def parts_by_device() -> dict[tuple[str, str], int]:
    """Parts by English name and the model that they fit: "Seal", or in full "Seal for SF-P220"."""
    found: dict[tuple[str, str], int] = {}
    rows = Part.objects.order_by("-pk").values_list("name_en", "fits_model__code", "pk")
    for english, fits, pk in rows:
        name = narrow(english)
        device = fits or name.rpartition(" for ")[2]
        found[name.casefold().removesuffix(f" for {device.casefold()}"), device] = pk
    return found
