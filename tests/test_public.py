"""The public names of the package, and the cost of its import."""

import subprocess
import sys

import pytest

import diabelli

LATER = ("alembic", "fastapi", "numba", "ray", "sqlalchemy", "torch", "uvicorn")
HEAVY = ("fastapi", "numba", "PIL", "pydantic", "ray", "rich", "sqlalchemy", "torch", "uvicorn")


def test_public_names_are_listed_and_sorted():
    """Each of them exists."""
    assert diabelli.__all__ == sorted(diabelli.__all__)
    for name in diabelli.__all__:
        assert getattr(diabelli, name).__name__ == name
        assert name in dir(diabelli)


def test_other_names_are_missing_as_usual():
    """An unknown name is an AttributeError."""
    with pytest.raises(AttributeError, match="no attribute 'very'"):
        _ = diabelli.very


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import diabelli", (*HEAVY, "numpy")),
        ("from diabelli import Variation, vary", LATER),
        ("from diabelli import Client", (*HEAVY, "httpx", "numpy")),
        ("import diabelli.cli", LATER),
    ],
)
def test_import_is_light(statement, unwanted):
    """Heavy dependencies are imported on first use."""
    program = f"import sys; {statement}; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not set(unwanted) & set(ran.stdout.split())
