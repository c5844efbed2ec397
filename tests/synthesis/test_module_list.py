"""The list of modules in the docstring of the package is complete."""

import re
from pathlib import Path

from diabelli import synthesis


def test_all_modules_are_listed():
    """Each file of the package is in the list, by its name."""
    files = Path(synthesis.__path__[0]).rglob("*.py")
    names = {file.stem for file in files} - {"__init__"}
    assert names - set(re.findall(r"\w+", synthesis.__doc__ or "")) == set()
