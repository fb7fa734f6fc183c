"""The verbs of reports: taken out, saved, sent, told of a month, drawn for return visits."""

from reports.actions.exporting import note_export
from reports.actions.keeping import keep_columns, keep_facts, rebuild_columns, rebuild_facts
from reports.actions.saving import forget, save, send_due, subscribe, unsubscribe
from reports.actions.telling import make_month, make_month_if_due
from reports.actions.visiting import draw_visits, move_customer, record_visit

__all__ = [
    "draw_visits",
    "forget",
    "keep_columns",
    "keep_facts",
    "make_month",
    "make_month_if_due",
    "move_customer",
    "note_export",
    "rebuild_columns",
    "rebuild_facts",
    "record_visit",
    "save",
    "send_due",
    "subscribe",
    "unsubscribe",
]
