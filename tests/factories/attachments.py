from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from crmservice.attachments import keeping
from crmservice.attachments.checking import check
from crmservice.attachments.models import Attachment
from tests.factories.dispatch import TaskFactory
from tests.factories.employees import EmployeeFactory

ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)  # a PNG
NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


class AttachmentFactory(DjangoModelFactory):
    """A small text file of a task, really on the disk."""

    class Meta:
        model = Attachment

    subject = factory.SubFactory(TaskFactory)
    name = "readings.txt"
    content = factory.Sequence(lambda n: f"reading {n}".encode())
    by = factory.SubFactory(EmployeeFactory)
    at = NINE

    @classmethod
    def _create(cls, _model, *, subject, name, content, by, at, **values):
        return keeping.attach(subject, check(name, content), by=by, at=at, **values)
