"""The portal's addresses. The apps are wired in by name, so that nothing points up."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
]
