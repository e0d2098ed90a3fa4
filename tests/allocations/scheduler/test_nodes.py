"""Sets of nodes and their names in Slurm's notation."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.scheduler import JUPITER_LAYOUT, Layout, Machine
from allocations.scheduler.nodes import as_text, from_text, numbers, runs

SMALL = Layout("n", racks=(3, 0, 12, 1), racks_per_cell=2, rack_digits=2)

node_numbers = st.sets(st.integers(0, JUPITER_LAYOUT.size - 1), max_size=60)


def nodes_of(members):
    return sum(1 << number for number in members)


def test_jupiter_has_its_racks_cells_and_names():
    racks = JUPITER_LAYOUT.rack_list

    assert JUPITER_LAYOUT.size == 5884
    assert [len(racks), racks[-1].cell, len(JUPITER_LAYOUT.cell_sets)] == [125, 25, 25]
    assert [rack.nodes.bit_count() for rack in racks[120:]] == [48, 48, 28, 0, 0]
    assert [rack.cell for rack in racks[:6]] == [1, 1, 1, 1, 1, 2]
    assert JUPITER_LAYOUT.names[:2] == ("jpbo-001-01", "jpbo-001-02")
    assert JUPITER_LAYOUT.names[-1] == "jpbo-123-28"


def test_the_whole_machine_folds_into_one_line():
    text = "jpbo-[001-122]-[01-48],jpbo-123-[01-28]"

    assert JUPITER_LAYOUT.fold(JUPITER_LAYOUT.everything) == text
    assert JUPITER_LAYOUT.expand(text) == JUPITER_LAYOUT.everything
    assert JUPITER_LAYOUT.expand("all") == JUPITER_LAYOUT.everything


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ((), ""),
        ((0,), "n-01-01"),
        ((0, 2), "n-01-[01,03]"),
        ((0, 1, 2, 3, 4), "n-01-[01-03],n-03-[01-02]"),
        ((0, 3, 15), "n-[01,03-04]-01"),
        ((12, 13, 14), "n-03-[10-12]"),
    ],
)
def test_nodes_fold_and_expand(members, text):
    assert SMALL.fold(nodes_of(members)) == text
    assert SMALL.expand(text) == nodes_of(members)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("n-01-01,n-01-01", (0,)),
        (" n-01-[ 01-02 ] , n-04-01", (0, 1, 15)),
        ("n-0[1,3]-01", (0, 3)),
        ("n-03-[08-10]", (10, 11, 12)),
    ],
)
def test_other_ways_to_write_the_same_are_read(text, members):
    assert SMALL.expand(text) == nodes_of(members)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("n-02-01", "there is no node n-02-01"),
        ("n-1-01", "there is no node n-1-01"),
        ("n-01-[1-2]", "there is no node n-01-1"),
        ("n-01-[03-01]", "'03-01' in 'n-01-.03-01.' is no range of numbers"),
        ("n-01-[]", "'' in 'n-01-..' is no range of numbers"),
        ("n-01-[x]", "'x' in 'n-01-.x.' is no range of numbers"),
        ("n-01-[01", "is no node list"),
        ("n-01-01,,n-01-02", "is no node list"),
        ("n-[01-99]-[01-99]", "stands for more nodes than there are"),
        ("n-[0-999999999999]", "stands for more nodes than there are"),
    ],
)
def test_what_is_no_node_list_of_the_machine_is_refused(text, problem):
    with pytest.raises(ValueError, match=problem):
        SMALL.expand(text)


@given(node_numbers)
def test_folding_and_expanding_come_back_to_the_same_nodes(members):
    nodes = nodes_of(members)

    assert JUPITER_LAYOUT.expand(JUPITER_LAYOUT.fold(nodes)) == nodes
    assert from_text(as_text(nodes)) == nodes


@given(node_numbers)
def test_numbers_and_runs_name_each_node_once(members):
    nodes = nodes_of(members)

    assert numbers(nodes) == sorted(members)
    assert sum(last - first + 1 for first, last in runs(nodes)) == len(members)
    assert all(after > before + 1 for (_, before), (after, _) in pairwise(runs(nodes)))


def test_nodes_are_written_by_number_for_files():
    assert as_text(nodes_of((0, 1, 2, 7))) == "0-2,7"
    assert from_text("0-2,7") == nodes_of((0, 1, 2, 7))


@pytest.mark.parametrize("wrong", [{"racks": ()}, {"racks": (0,)}, {"racks": (2, -1)}])
def test_a_layout_needs_nodes(wrong):
    with pytest.raises(ValueError, match="racks of nodes"):
        Layout("n", **wrong)


def test_a_machine_is_as_large_as_its_layout():
    assert Machine.of(SMALL).nodes == 16
    with pytest.raises(ValueError, match="the layout has 16 nodes, not 4"):
        Machine(4, SMALL)
