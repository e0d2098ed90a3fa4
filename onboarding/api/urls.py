from rest_framework.routers import SimpleRouter

from . import views

router = SimpleRouter()
router.register("organisations", views.OrganisationViewSet)
router.register("onboarding-cases", views.OnboardingCaseViewSet)
router.register("ssh-keys", views.SSHKeyViewSet)
router.register("terms", views.TermsViewSet)

urlpatterns = router.urls
