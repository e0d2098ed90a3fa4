"""What a job waits for, in Slurm's notation: ``afterok:4711:4712_3,singleton``."""

import re

from django.db.models import Q
from django.utils.translation import gettext as _

from ..exceptions import DependencyNotPossible
from ..models import DependencyKind, Job, JobDependency

MOST = 20
NUMBER = re.compile(r"([0-9]{1,18})(?:_([0-9]{1,9}))?", re.ASCII)


def find_dependencies(allocation, text, *, of_array):
    """The conditions that ``text`` names, unsaved; one query.

    A job can wait for jobs of its own project on its own partition. A number that is that of
    an array means all its tasks; ``of_array`` says that the job is one itself.

    Raises ``DependencyNotPossible``.
    """
    wanted = _parse(text)
    if len(wanted) > MOST:
        raise DependencyNotPossible(
            _("A job can depend on at most %(most)d others.") % {"most": MOST}
        )
    jobs = _jobs(allocation, {number for _kind, number in wanted if number is not None})
    dependencies = []
    for kind, number in wanted:
        if number is None:
            dependencies.append(JobDependency(kind=kind))
            continue
        other = jobs.get(number)
        if other is None:
            raise DependencyNotPossible(
                _("Your project has no job %(number)s on this partition.") % {"number": number}
            )
        on_array = other.array_id == other.pk and "_" not in number
        if kind == DependencyKind.AFTER_CORR and not (of_array and on_array):
            raise DependencyNotPossible(_("aftercorr is for an array that waits for another one."))
        dependencies.append(JobDependency(kind=kind, on=other, on_array=on_array))
    return dependencies


def _parse(text):
    """``[(kind, "4711" or "4711_3" or None), ...]`` without repetitions."""
    wanted = {}
    for part in text.replace(" ", "").split(","):
        name, *numbers = part.split(":")
        if name not in DependencyKind.values:
            raise DependencyNotPossible
        kind = DependencyKind(name)
        if (kind == DependencyKind.SINGLETON) == bool(numbers):
            raise DependencyNotPossible
        for number in numbers or [None]:
            if number is not None and not NUMBER.fullmatch(number):
                raise DependencyNotPossible
            wanted[kind, number] = None
    return list(wanted)


def _jobs(allocation, numbers):
    """``{"4711" or "4711_3": job}``; a task can be named by its own number too."""
    chosen = Q()
    for number in numbers:
        job, task = NUMBER.fullmatch(number).groups()
        chosen |= Q(pk=job) if task is None else Q(array=job, task=task)
    if not numbers:
        return {}
    rows = Job.objects.filter(
        chosen, partition=allocation.partition_id, allocation__project=allocation.project_id
    )
    found = {}
    for job in rows:
        found[str(job.pk)] = job
        found[job.number] = job
    return found
