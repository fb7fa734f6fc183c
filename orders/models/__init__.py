"""Orders and their prices; the parts in stock, and what happens to them."""

from orders.models.billing import (
    AccountingRun,
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    InvoiceQuerySet,
    Payment,
)
from orders.models.counts import StockCount, StockCountLine
from orders.models.orders import Order, OrderLine, OrderQuerySet
from orders.models.prices import (
    SCOPE,
    ExchangeRate,
    LabourRate,
    PartPrice,
    PricePlan,
    PricePlanQuerySet,
    TravelZone,
)
from orders.models.quotations import QUOTATION, Quotation, QuotationLine, QuotationQuerySet
from orders.models.return_cases import ReturnCase, ReturnLine
from orders.models.returns import OldPart
from orders.models.shipping import Shipment, ShipmentLine, ShipmentQuerySet
from orders.models.stock import (
    PLACE_CODE,
    Replenishment,
    Reservation,
    StockDifference,
    StockLevel,
    StockLevelQuerySet,
    StockLocation,
    StockMove,
    StockPiece,
)
from orders.models.transfers import StockTransfer, StockTransferLine

__all__ = [
    "PLACE_CODE",
    "QUOTATION",
    "SCOPE",
    "AccountingRun",
    "CreditNote",
    "CreditNoteLine",
    "ExchangeRate",
    "Invoice",
    "InvoiceLine",
    "InvoiceQuerySet",
    "LabourRate",
    "OldPart",
    "Order",
    "OrderLine",
    "OrderQuerySet",
    "PartPrice",
    "Payment",
    "PricePlan",
    "PricePlanQuerySet",
    "Quotation",
    "QuotationLine",
    "QuotationQuerySet",
    "Replenishment",
    "Reservation",
    "ReturnCase",
    "ReturnLine",
    "Shipment",
    "ShipmentLine",
    "ShipmentQuerySet",
    "StockCount",
    "StockCountLine",
    "StockDifference",
    "StockLevel",
    "StockLevelQuerySet",
    "StockLocation",
    "StockMove",
    "StockPiece",
    "StockTransfer",
    "StockTransferLine",
    "TravelZone",
]
