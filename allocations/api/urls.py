from django.urls import path
from rest_framework.routers import SimpleRouter

from .attachments import AttachmentViewSet
from .calls import CallViewSet
from .changes import ChangeRequestViewSet
from .entries import EntryViewSet
from .estimates import EstimateView
from .job_templates import JobTemplateViewSet
from .jobs import JobViewSet
from .machines import PartitionViewSet, SystemViewSet
from .modes import AccessModeViewSet
from .projects import AllocationViewSet, ProjectViewSet
from .proposals import ProposalViewSet
from .reports import ReportViewSet
from .resources import ResourcesView, RevisionsView

router = SimpleRouter()
router.register("systems", SystemViewSet)
router.register("partitions", PartitionViewSet)
router.register("modes", AccessModeViewSet)
router.register("calls", CallViewSet)
router.register("proposals", ProposalViewSet)
router.register(
    r"proposals/(?P<proposal_id>[0-9]{1,18})/attachments",
    AttachmentViewSet,
    basename="attachment",
)
router.register("projects", ProjectViewSet)
router.register("allocations", AllocationViewSet)
router.register(
    r"allocations/(?P<allocation_id>[0-9]{1,18})/entries", EntryViewSet, basename="ledgerentry"
)
router.register("change-requests", ChangeRequestViewSet)
router.register("reports", ReportViewSet)
router.register("jobs", JobViewSet)
router.register("job-templates", JobTemplateViewSet)

urlpatterns = [
    *router.urls,
    path("estimate/", EstimateView.as_view()),
    path("proposals/<int:proposal_id>/resources/", ResourcesView.as_view()),
    path("proposals/<int:proposal_id>/revisions/", RevisionsView.as_view()),
]
