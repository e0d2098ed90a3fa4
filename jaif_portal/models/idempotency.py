from django.conf import settings
from django.db import models


class IdempotencyRecord(models.Model):
    """The answer once given to a POST that carried an ``Idempotency-Key``."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="idempotency_key_once_per_user", fields=["user", "key"])
        ]

    def __str__(self):
        return self.key
