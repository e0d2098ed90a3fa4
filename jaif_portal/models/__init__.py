from .clock import ClockChange, PortalClock
from .deadlines import Deadline, Holiday
from .history import Transition
from .idempotency import IdempotencyRecord
from .outbox import Mail
from .tokens import AccessToken, Scope

__all__ = [
    "AccessToken",
    "ClockChange",
    "Deadline",
    "Holiday",
    "IdempotencyRecord",
    "Mail",
    "PortalClock",
    "Scope",
    "Transition",
]
