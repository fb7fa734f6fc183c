"""What the doors must remember: which forms were already submitted."""

from django.conf import settings
from django.db import models


class Submission(models.Model):
    """One submitted form, by the key that it was shown with; a second POST of it gets the first
    one's answer.
    """

    key = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    location = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key
