"""The example in the documentation does what is said there."""

import re
from pathlib import Path

from allocations.scheduler import JUPITER_LAYOUT, Ended, NodeState

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "simulation.md"


def example(heading):
    """What the first example below ``heading`` leaves behind."""
    text = PAGE.read_text().split(f"\n## {heading}\n")[1]
    names = {}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1), names)
    return names


def test_the_ten_lines_run():
    names = example("In ten lines")

    assert names["promised"] == {2: 3600}
    ended = [event for event in names["events"] if isinstance(event, Ended)]
    assert [(event.job.id, event.started, event.at) for event in ended] == [
        (1, 0, 1800),
        (2, 1800, 5400),
    ]


def test_the_example_of_real_nodes_runs():
    names = example("Real nodes")

    assert names["where"] == {2: "jpbo-123-01"}
    states = {state: JUPITER_LAYOUT.fold(nodes) for state, nodes in names["states"].items()}
    assert states[NodeState.DRAINED] == "jpbo-[001-002]-[01-48]"
    assert states[NodeState.RESERVED] == "jpbo-123-02"
    ended = [event for event in names["events"] if isinstance(event, Ended)]
    assert [(event.job.id, event.at) for event in ended] == [(1, 900)]
