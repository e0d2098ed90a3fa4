"""The addresses of people, organisations and cases."""

from django.urls import path

from .views import agreements, cases, keys, organisations

app_name = "onboarding"
urlpatterns = [
    path("organisations/", organisations.OrganisationList.as_view(), name="organisations"),
    path("organisations/new/", organisations.OrganisationNew.as_view(), name="organisation_new"),
    path(
        "organisations/<int:pk>/", organisations.OrganisationDetail.as_view(), name="organisation"
    ),
    path(
        "organisations/<int:pk>/edit/",
        organisations.OrganisationEdit.as_view(),
        name="organisation_edit",
    ),
    path(
        "organisations/<int:pk>/members/new/",
        organisations.MemberAdd.as_view(),
        name="member_add",
    ),
    path("onboarding/<int:pk>/", cases.CaseDetail.as_view(), name="case"),
    path("keys/", keys.KeyList.as_view(), name="keys"),
    path("keys/new/", keys.KeyNew.as_view(), name="key_new"),
    path("keys/<int:pk>/remove/", keys.KeyRemove.as_view(), name="key_remove"),
    path("terms/<slug:kind>/", agreements.TermsPage.as_view(), name="terms"),
]
