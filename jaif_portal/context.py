"""What every page shows."""

from django.conf import settings

from . import clock


class PortalTime:
    """The clock for the header, read only by a template that asks for it."""

    def __init__(self):
        self._row = None

    @property
    def row(self):
        self._row = self._row or clock.read()
        return self._row

    @property
    def rate(self):
        return self.row.rate

    @property
    def now(self):
        return self.row.at(clock.timezone.now())


def portal(_request):
    return {"portal_time": PortalTime(), "demo_mailbox": settings.DEMO_MAILBOX}
