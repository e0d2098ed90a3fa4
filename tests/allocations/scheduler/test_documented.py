"""The example in the documentation does what is said there."""

import re
from pathlib import Path

from allocations.scheduler import Ended

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "simulation.md"


def test_the_ten_lines_run():
    example = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL).group(1)
    names = {}

    exec(example, names)

    assert names["promised"] == {2: 3600}
    ended = [event for event in names["events"] if isinstance(event, Ended)]
    assert [(event.job.id, event.started, event.at) for event in ended] == [
        (1, 0, 1800),
        (2, 1800, 5400),
    ]
