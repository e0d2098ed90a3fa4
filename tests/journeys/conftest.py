import pytest


@pytest.fixture(autouse=True)
def portal_mail(settings):
    """Mail goes the portal's own way; Django's test runner would put it aside."""
    settings.EMAIL_BACKEND = "jaif_portal.mail.OutboxBackend"
