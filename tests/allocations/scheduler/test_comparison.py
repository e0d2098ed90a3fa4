from allocations.scheduler import Job, Machine, Scheduler
from allocations.scheduler.comparison import Difference, Scene, differences, scene


def test_equal_schedules_do_not_differ():
    assert differences({1: 0, 2: 5}, {2: 5, 1: 0}) == []


def test_differences_come_by_the_earlier_start():
    found = differences({1: 0, 2: 50, 3: 9, 5: 4}, {1: 0, 2: 3, 3: 10, 4: 4})

    assert found == [
        Difference(at=3, job=2, start=50, other=3),
        Difference(at=4, job=4, start=None, other=4),
        Difference(at=4, job=5, start=4, other=None),
        Difference(at=9, job=3, start=9, other=10),
    ]


def test_the_scene_is_the_machine_after_the_pass():
    jobs = [Job(1, 0, 3, 10, 5), Job(2, 1, 4, 10, 10), Job(3, 2, 1, 5, 5), Job(4, 3, 1, 5, 5)]
    scheduler = Scheduler(Machine(4))
    scheduler.submit(jobs)

    assert scene(scheduler, at=3) == Scene(
        at=3, free=0, running=2, waiting=2, head=jobs[1], reserved=10
    )


def test_nobody_may_wait():
    scheduler = Scheduler(Machine(4))

    assert scene(scheduler, at=3) == Scene(
        at=3, free=4, running=0, waiting=0, head=None, reserved=None
    )
