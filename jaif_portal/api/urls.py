"""``/api/``: the apps' interfaces are included by name."""

from django.urls import include, path, re_path

from . import views

urlpatterns = [
    path("v1/", include("onboarding.api.urls")),
    path("v1/", include("allocations.api.urls")),
    path("schema/", views.Schema.as_view(), name="schema"),
    path("docs/", views.Docs.as_view(), name="api_docs"),
    re_path("", views.not_found),
]
