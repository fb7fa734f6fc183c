"""The one clock of several machines: the database's (trust.md R-18)."""

from datetime import datetime

from django.db import connection
from django.utils.timezone import now


def database_now() -> datetime:
    """This moment as the database server has it; SQLite's is that of this machine."""
    if connection.vendor != "postgresql":
        return now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
