"""The exception tree: its codes, default messages and documentation."""

import pickle
import re
import subprocess
import sys

import pytest

from diabelli import errors
from diabelli.errors import DiabelliError

TREE = re.compile(r"^ {4}(?P<bars>[│ ├└─]*)(?P<name>\w+)", re.MULTILINE)


def descendants(root: type[DiabelliError]) -> list[type[DiabelliError]]:
    """Return `root` and its subclasses in errors.py, in the order of their definition."""
    mine = [child for child in root.__subclasses__() if child.__module__ == errors.__name__]
    return [root, *(name for child in mine for name in descendants(child))]


CLASSES = descendants(DiabelliError)


def test_codes_are_unique():
    """Each class has a code that no other class has."""
    codes = [kind.code for kind in CLASSES]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_has_a_default_message(kind):
    """Docstring and default message are sentences."""
    assert kind.__doc__
    assert kind.__doc__.partition("\n")[0].endswith(".")
    assert kind.default_message.endswith(".")


def test_the_documented_tree_is_complete():
    """The module docstring lists the classes with their depth, in the order of definition."""
    drawn = [
        (found["name"], len(found["bars"]) // 4) for found in TREE.finditer(errors.__doc__ or "")
    ]
    real = [(kind.__name__, kind.__mro__.index(DiabelliError)) for kind in CLASSES]
    assert drawn == real


def test_the_message_is_optional():
    """Without a message, an exception has its class's default message."""
    assert errors.Cancelled().message == "The work was cancelled."
    assert errors.InvalidParameter("n 0 is not accepted", param="n").param == "n"


def test_default_messages_remain_without_docstrings():
    """Default messages are the same under `python -OO`, which removes docstrings."""
    program = "from diabelli.errors import LinkExpired; print(LinkExpired().message)"
    ran = subprocess.run(
        [sys.executable, "-OO", "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == f"{errors.LinkExpired.default_message}\n"


@pytest.mark.parametrize(
    "fault",
    [
        errors.NotSquare(width=3, height=4),
        errors.MissingExtra(extra="redis", purpose="a quota"),
        errors.ClusterBusy("full", retry_after_s=7),
        errors.InvalidParameter("n 0 is not accepted", param="n"),
    ],
    ids=lambda fault: fault.code,
)
def test_errors_travel_between_processes(fault):
    """A pickled error keeps its class, its message and its attributes."""
    copy = pickle.loads(pickle.dumps(fault))
    assert type(copy) is type(fault)
    assert copy.message == fault.message
    assert vars(copy) == vars(fault)
