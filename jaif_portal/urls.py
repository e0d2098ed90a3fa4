"""The portal's addresses. The apps are wired in by name, so that nothing points up."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

from .views import health, language, mailbox, metrics, tokens

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("jaif_portal.api.urls")),
    path("health/", health.health, name="health"),
    path("help/", TemplateView.as_view(template_name="portal/help.html"), name="help"),
    path("language/", language.set_language, name="set_language"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", mailbox.mail, name="mail"),
    path("metrics/", metrics.metrics, name="metrics"),
    path(
        "simulated/",
        TemplateView.as_view(template_name="portal/simulated.html"),
        name="simulated",
    ),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="revoke_token"),
    path("", include("onboarding.urls")),
    path("", include("allocations.urls")),
]

handler500 = "jaif_portal.views.errors.server_error"
