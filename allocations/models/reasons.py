from django.db import models
from django.utils.translation import gettext_lazy as _


class PendingReason(models.TextChoices):
    """Why a job waits: Slurm's reason code, and a sentence that says what to do."""

    NONE = "None", _("The scheduler has not looked at this job yet. It does so every few seconds.")
    PRIORITY = "Priority", _("Other jobs are ahead of this one in the queue.")
    RESOURCES = (
        "Resources",
        _("This job is next, and waits until enough nodes are free at the same time."),
    )
    BEGIN_TIME = (
        "BeginTime",
        _(
            "This job waits for its begin time. To start it earlier, cancel it and submit it "
            "again without one."
        ),
    )
    DEPENDENCY = (
        "Dependency",
        _(
            "This job waits for other jobs that it depends on. It joins the queue by itself when "
            "they have ended as it asks for."
        ),
    )
    DEPENDENCY_NEVER_SATISFIED = (
        "DependencyNeverSatisfied",
        _(
            "A job that this one depends on has not ended as this one asks for, so it can never "
            "start. Cancel it, and submit it again with another dependency or none."
        ),
    )
    JOB_HELD_USER = (
        "JobHeldUser",
        _("A member of your project has put this job on hold. Release it to let it start."),
    )
    JOB_HELD_ADMIN = (
        "JobHeldAdmin",
        _(
            "An administrator has put this job on hold. It starts only after an administrator has "
            "released it: ask the support."
        ),
    )
    JOB_HOLD_MAX_REQUEUE = (
        "JobHoldMaxRequeue",
        _(
            "Nodes have failed under this job so often that it is on hold. "
            "Ask the support before you release it."
        ),
    )
    RESERVATION = (
        "Reservation",
        _(
            "This job waits for its reservation to begin, or has no place in it. "
            "To start it elsewhere, cancel it and submit it again without one."
        ),
    )
    REQ_NODE_NOT_AVAIL = (
        "ReqNodeNotAvail",
        _(
            "Nodes that this job needs are out of service, or will be before it could end. "
            "It starts when they are back, or sooner with fewer nodes or less time."
        ),
    )
    JOB_ARRAY_TASK_LIMIT = (
        "JobArrayTaskLimit",
        _(
            "As many tasks of this array as it allows are in the queue or run. This task follows "
            "as soon as one of them has ended."
        ),
    )
    PARTITION_NODE_LIMIT = (
        "PartitionNodeLimit",
        _("This job asks for more nodes than the partition has. Change it to fewer nodes."),
    )
    PARTITION_TIME_LIMIT = (
        "PartitionTimeLimit",
        _("This job asks for more time than the partition allows. Change it to less time."),
    )
    ASSOC_GRP_NODE = (
        "AssocGrpNodeLimit",
        _(
            "Running jobs of your project use as many nodes as it may have at a time. "
            "This job can start when some of them have ended."
        ),
    )
    ASSOC_MAX_JOBS = (
        "AssocMaxJobsLimit",
        _("As many of your jobs run as may at a time. This one can start when one has ended."),
    )
    ASSOC_MAX_SUBMIT_JOBS = (
        "AssocMaxSubmitJobLimit",
        _("You have as many jobs waiting and running as you may. Submit again when one has ended."),
    )
    ASSOC_MAX_WALL = (
        "AssocMaxWallDurationPerJobLimit",
        _("This job asks for more time than your project allows. Submit it again with less time."),
    )
    QOS_GRP_NODE = (
        "QOSGrpNodeLimit",
        _(
            "Running jobs of this quality of service use as many nodes as it may have at a time. "
            "This job can start when some of them have ended."
        ),
    )
    QOS_GRP_NODE_MINUTES = (
        "QOSGrpNodeMinutes",
        _(
            "This quality of service has not enough hours left for the longest this job may take. "
            "Submit it again with a shorter time limit or another quality of service."
        ),
    )
    QOS_MAX_JOBS_PER_USER = (
        "QOSMaxJobsPerUserLimit",
        _(
            "As many of your jobs run with this quality of service as may at a time. "
            "This one can start when one has ended."
        ),
    )
    QOS_MAX_SUBMIT_JOBS_PER_USER = (
        "QOSMaxSubmitJobPerUserLimit",
        _(
            "You have as many jobs with this quality of service as you may. "
            "Submit again when one has ended, or with another quality of service."
        ),
    )
    QOS_MAX_WALL = (
        "QOSMaxWallDurationPerJobLimit",
        _(
            "This job asks for more time than its quality of service allows. "
            "Submit it again with less time or another quality of service."
        ),
    )
    ASSOC_GRP_NODE_MINUTES = (
        "AssocGrpNodeMinutes",
        _(
            "Your project has not enough free hours for the longest this job may take. "
            "It starts as soon as running jobs give hours back, or with a shorter time limit."
        ),
    )
    INVALID_ACCOUNT = (
        "InvalidAccount",
        _("Your project's allocation has ended, so this job can no longer start. Cancel it."),
    )

    @property
    def in_short(self):
        """The same in a few words, for lists."""
        return SHORT[self]

    @property
    def is_blocked(self):
        """Whether it keeps a job from queueing for nodes at all."""
        return self in BLOCKING


BLOCKING = {
    PendingReason.BEGIN_TIME,
    PendingReason.DEPENDENCY,
    PendingReason.DEPENDENCY_NEVER_SATISFIED,
    PendingReason.JOB_HELD_USER,
    PendingReason.JOB_HELD_ADMIN,
    PendingReason.JOB_HOLD_MAX_REQUEUE,
    PendingReason.JOB_ARRAY_TASK_LIMIT,
}

LIMIT_REACHED = _("a limit is reached")
ASKS_FOR_TOO_MUCH = _("asks for more than is allowed")
ON_HOLD = _("on hold")

SHORT = {
    PendingReason.NONE: _("just submitted"),
    PendingReason.PRIORITY: _("others are ahead"),
    PendingReason.RESOURCES: _("next, as soon as enough nodes are free"),
    PendingReason.BEGIN_TIME: _("waits for its begin time"),
    PendingReason.DEPENDENCY: _("waits for other jobs"),
    PendingReason.DEPENDENCY_NEVER_SATISFIED: _("can never start"),
    PendingReason.JOB_HELD_USER: ON_HOLD,
    PendingReason.JOB_HELD_ADMIN: ON_HOLD,
    PendingReason.JOB_HOLD_MAX_REQUEUE: ON_HOLD,
    PendingReason.RESERVATION: _("waits for its reservation"),
    PendingReason.REQ_NODE_NOT_AVAIL: _("nodes are out of service"),
    PendingReason.JOB_ARRAY_TASK_LIMIT: _("waits for other tasks of its array"),
    PendingReason.PARTITION_NODE_LIMIT: ASKS_FOR_TOO_MUCH,
    PendingReason.PARTITION_TIME_LIMIT: ASKS_FOR_TOO_MUCH,
    PendingReason.ASSOC_GRP_NODE: LIMIT_REACHED,
    PendingReason.ASSOC_MAX_JOBS: LIMIT_REACHED,
    PendingReason.ASSOC_MAX_SUBMIT_JOBS: LIMIT_REACHED,
    PendingReason.ASSOC_MAX_WALL: ASKS_FOR_TOO_MUCH,
    PendingReason.QOS_GRP_NODE: LIMIT_REACHED,
    PendingReason.QOS_GRP_NODE_MINUTES: _("not enough free hours"),
    PendingReason.QOS_MAX_JOBS_PER_USER: LIMIT_REACHED,
    PendingReason.QOS_MAX_SUBMIT_JOBS_PER_USER: LIMIT_REACHED,
    PendingReason.QOS_MAX_WALL: ASKS_FOR_TOO_MUCH,
    PendingReason.ASSOC_GRP_NODE_MINUTES: _("not enough free hours"),
    PendingReason.INVALID_ACCOUNT: _("its allocation has ended"),
}
