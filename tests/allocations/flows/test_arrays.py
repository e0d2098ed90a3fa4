import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.exceptions import ArrayNotPossible
from allocations.flows.arrays import parse_array, write_array


@pytest.mark.parametrize(
    ("text", "tasks", "limit"),
    [
        ("0-3", [0, 1, 2, 3], None),
        ("7", [7], None),
        ("5,1,3-4", [1, 3, 4, 5], None),
        ("0-8:4", [0, 4, 8], None),
        ("1-3,2-5", [1, 2, 3, 4, 5], None),
        (" 0-15%4 ", list(range(16)), 4),
        ("0-9%100", list(range(10)), 100),
    ],
)
def test_an_array_is_read_as_slurm_writes_it(text, tasks, limit):
    assert parse_array(text, most=20) == (tasks, limit)


@pytest.mark.parametrize(
    "text",
    ["", "x", "3-1", "1-", "-1", "1-2-3", "0-3%0", "0-3%", "0-3:0", "1,,2", "0-3%4%5", "٣", "0x3"],
)
def test_what_is_no_array_is_refused_with_an_example(text):
    with pytest.raises(ArrayNotPossible) as refusal:
        parse_array(text, most=20)

    assert str(refusal.value) == (
        "An array is written as 0-15, as 1,3,5, or as 0-15%4 for four tasks at a time."
    )


@pytest.mark.parametrize("text", ["0-20", "0-9999999:1", "0-10,30-40", "0-3999999"])
def test_an_array_has_an_end(text):
    with pytest.raises(ArrayNotPossible):
        parse_array(text, most=20)


@given(st.sets(st.integers(0, 4_000_000), min_size=1), st.none() | st.integers(1, 999))
def test_what_is_written_is_read_again(tasks, limit):
    tasks = sorted(tasks)

    assert parse_array(write_array(tasks, limit=limit), most=1000) == (tasks, limit)


@given(st.text(alphabet="0123456789-,:% x", max_size=20))
def test_any_text_is_an_array_or_refused(text):
    try:
        tasks, limit = parse_array(text, most=50)
    except ArrayNotPossible:
        return
    assert 1 <= len(tasks) <= 50
    assert tasks == sorted(set(tasks))
    assert limit is None or limit >= 1
