"""``manage.py backtest``: small logs, and the log of a machine for large jobs."""

import json
import os
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command

THETA = Path(os.environ.get("JAIF_TRACES", "../shared/traces")) / "theta_2022.swf.gz"


def report(path, *options):
    out = StringIO()
    call_command("backtest", str(path), *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def log(tmp_path):
    """Two hundred jobs with waits, on 64 processors."""
    rng = Random(3)
    lines = [
        f"{number} {60 * number} {rng.randrange(500)} 300 8 -1 -1 8 600 -1 1 1 1 -1 -1 -1 -1 -1"
        for number in range(1, 201)
    ]
    path = tmp_path / "log.swf"
    path.write_text("\n".join(["; MaxProcs: 64", *lines]))
    return path


def test_three_methods_are_scored_on_the_second_half(log):
    row = json.loads(report(log, "--json"))

    assert (row["processors"], row["learned"]) == (64, 100)
    for method in ("forecast", "last_50_similar", "easy_reservation"):
        assert row[method]["jobs"] == 100
        assert [(size, found["jobs"]) for size, found in row[method]["by_size"].items()] == [
            ("medium", 100)
        ]


def test_the_table_has_a_line_for_each_method_and_size(log):
    lines = report(log).splitlines()

    assert lines[0] == "log.swf on 64 processors, after 100 jobs"
    assert [line.split()[:3] for line in lines[2:]] == [
        [method, size, "100"]
        for method in ("forecast", "last_50_similar", "easy_reservation")
        for size in ("all", "medium")
    ]


def test_a_log_without_waits_or_size_is_refused(log):
    text = log.read_text()
    log.write_text(text.replace("; MaxProcs: 64", ""))
    with pytest.raises(CommandError, match="add --processors"):
        report(log)

    log.write_text("\n".join(text.splitlines()[:50]))
    with pytest.raises(CommandError, match="too few recorded waits"):
        report(log)


@pytest.mark.slow
@pytest.mark.skipif(not THETA.exists(), reason="the traces are not here")
def test_waits_on_theta_could_have_been_foreseen():
    row = json.loads(report(THETA, "--json"))

    forecast = row["forecast"]
    assert forecast["jobs"] == 11_956
    for found in forecast["by_size"].values():
        assert 0.7 <= found["coverage"] <= 0.9
        assert found["jobs"] > 1000
    for baseline in ("last_50_similar", "easy_reservation"):
        assert forecast["pinball"] < row[baseline]["pinball"]
        assert forecast["median_loss"] < row[baseline]["median_loss"]
        for size, found in forecast["by_size"].items():
            assert found["pinball"] < row[baseline]["by_size"][size]["pinball"]
