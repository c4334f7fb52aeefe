"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from analysis.intake import read_study
from analysis.study import Study

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository_root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Reference data that is not part of the repository: real patients' scores and cases solved in R."""
    folder = Path(os.environ.get("KAT_REFERENCE_DATA", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}; set KAT_REFERENCE_DATA to its folder to run this test")
    return folder


@pytest.fixture(scope="session")
def sample_study() -> Study:
    """The synthetic study the dashboard opens on."""
    return read_study(ROOT / "sample_data" / "study")
