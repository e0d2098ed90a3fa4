"""Arrays of jobs in Slurm's notation: ``0-15``, ``1,3,5``, ``0-100:10``, ``0-15%4``."""

import re

from django.utils.translation import gettext as _

from ..exceptions import ArrayNotPossible

HIGHEST_TASK = 4_000_000  # Slurm's own bound (``man slurm.conf``, MaxArraySize)
PART = re.compile(r"([0-9]{1,7})(?:-([0-9]{1,7})(?::([0-9]{1,7}))?)?", re.ASCII)
WHOLE = re.compile(r"([^%]*)(?:%([0-9]{1,7}))?", re.ASCII)


def parse_array(text, *, most):
    """``(task numbers in order, how many at a time or None)`` of at most ``most`` tasks.

    Raises ``ArrayNotPossible``.
    """
    whole = WHOLE.fullmatch(text.strip())
    if whole is None:
        raise ArrayNotPossible
    numbers, limit = whole.groups()
    tasks = set()
    for part in numbers.split(","):
        tasks.update(_tasks(part, most=most))
        if len(tasks) > most:
            raise _too_many(most)
    if limit is not None and int(limit) < 1:
        raise ArrayNotPossible
    return sorted(tasks), None if limit is None else int(limit)


def write_array(tasks, *, limit):
    """The notation of ``tasks``, numbers in order: what ``parse_array`` reads again."""
    runs = []
    for task in tasks:
        if runs and task == runs[-1][1] + 1:
            runs[-1][1] = task
        else:
            runs.append([task, task])
    text = ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in runs)
    return text if limit is None else f"{text}%{limit}"


def _tasks(part, *, most):
    match = PART.fullmatch(part.strip())
    if match is None:
        raise ArrayNotPossible
    first, last, step = (None if number is None else int(number) for number in match.groups())
    last, step = first if last is None else last, 1 if step is None else step
    if step < 1 or last < first or last > HIGHEST_TASK:
        raise ArrayNotPossible
    tasks = range(first, last + 1, step)
    if len(tasks) > most:
        raise _too_many(most)
    return tasks


def _too_many(most):
    return ArrayNotPossible(
        _("An array may have at most %(most)s tasks. Submit more than one array.") % {"most": most}
    )
