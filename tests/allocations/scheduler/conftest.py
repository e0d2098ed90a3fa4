import os
from pathlib import Path

import pytest

BESIDE_THE_REPOSITORY = Path(__file__).parents[4] / "shared" / "traces"


@pytest.fixture(scope="session")
def traces():
    """The folder of public traces, which are not part of the repository."""
    folder = Path(os.environ.get("JAIF_TRACES", BESIDE_THE_REPOSITORY))
    if not (folder / "expected.json").exists():
        pytest.skip(f"no traces in {folder}; set JAIF_TRACES to a folder with expected.json")
    return folder
