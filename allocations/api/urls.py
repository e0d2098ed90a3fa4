from rest_framework.routers import SimpleRouter

from .calls import CallViewSet
from .jobs import JobViewSet
from .machines import PartitionViewSet, SystemViewSet
from .projects import AllocationViewSet, ProjectViewSet
from .proposals import ProposalViewSet

router = SimpleRouter()
router.register("systems", SystemViewSet)
router.register("partitions", PartitionViewSet)
router.register("calls", CallViewSet)
router.register("proposals", ProposalViewSet)
router.register("projects", ProjectViewSet)
router.register("allocations", AllocationViewSet)
router.register("jobs", JobViewSet)

urlpatterns = router.urls
