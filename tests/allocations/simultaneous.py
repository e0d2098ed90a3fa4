"""Many acts at the same moment, each over a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def at_once(acts):
    """What each act returned or raised, in their order. All begin at the same moment."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            with connection.cursor() as cursor:  # connected before the start
                cursor.execute("SET statement_timeout = '60s'")
            barrier.wait(timeout=60)
            return act()
        except Exception as failure:  # noqa: BLE001  # the outcome of a race is what it raised
            return failure
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def kinds(outcomes):
    """How many outcomes there are of each type: ``{"Project": 1, "TransitionNotAllowed": 1}``."""
    names = [type(outcome).__name__ for outcome in outcomes]
    return {name: names.count(name) for name in names}
