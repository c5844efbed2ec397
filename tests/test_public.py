"""What the package offers, and what importing it costs."""

import subprocess
import sys

import pytest

import diabelli

LATER = ("alembic", "fastapi", "numba", "ray", "sqlalchemy", "torch", "uvicorn")
HEAVY = ("fastapi", "numba", "PIL", "pydantic", "ray", "rich", "sqlalchemy", "torch", "uvicorn")


def test_public_names_are_listed_and_sorted():
    """Each of them is there."""
    assert diabelli.__all__ == sorted(diabelli.__all__)
    for name in diabelli.__all__:
        assert getattr(diabelli, name).__name__ == name
        assert name in dir(diabelli)


def test_other_names_are_missing_as_usual():
    """A slip in a name is an AttributeError."""
    with pytest.raises(AttributeError, match="no attribute 'very'"):
        _ = diabelli.very


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import diabelli", (*HEAVY, "numpy")),
        ("from diabelli import Variation, vary", LATER),
        ("import diabelli.cli", LATER),
    ],
)
def test_importing_is_light(statement, unwanted):
    """Nothing heavy is imported before it is used."""
    program = f"import sys; {statement}; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not set(unwanted) & set(ran.stdout.split())
