"""The verbs of parts and labour orders. From above: `from orders import actions as orders`."""

from orders.actions.adjusting import GOODWILL_WINDOW, authority, give, remove, set_price
from orders.actions.keeping import move_customer
from orders.actions.moving import approve, cancel, deliver, invoice, send_back, settle, submit
from orders.actions.pricing_plans import add_price_plan
from orders.actions.writing import add_call_out, add_part, add_work, create, order_of, terms_of

__all__ = [
    "GOODWILL_WINDOW",
    "add_call_out",
    "add_part",
    "add_price_plan",
    "add_work",
    "approve",
    "authority",
    "cancel",
    "create",
    "deliver",
    "give",
    "invoice",
    "move_customer",
    "order_of",
    "remove",
    "send_back",
    "set_price",
    "settle",
    "submit",
    "terms_of",
]
