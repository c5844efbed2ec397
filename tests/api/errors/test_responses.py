"""The table of errors: every exception has a response."""

from __future__ import annotations

import inspect

import pytest

from diabelli import errors
from diabelli.api.errors import exceptions
from diabelli.api.errors.responses import FAULT, TABLE, spec_for

CLASSES = [
    value
    for module in (errors, exceptions)
    for value in vars(module).values()
    if inspect.isclass(value) and issubclass(value, errors.DiabelliError)
]


@pytest.mark.parametrize("cls", CLASSES)
def test_every_class_has_a_response(cls: type[errors.DiabelliError]) -> None:
    """Each exception has a row, its own or a base class's; only internal faults are 5xx."""
    spec = spec_for(cls.__new__(cls))
    caused_by_caller = issubclass(cls, errors.ClientError | errors.Cancelled)
    assert (spec.status < 500) == caused_by_caller


def test_foreign_exceptions_are_faults() -> None:
    """A foreign exception has the row that discloses nothing."""
    assert spec_for(ValueError("private")) is FAULT


def test_a_lack_of_memory_is_temporary() -> None:
    """The client may retry; the request is not at fault."""
    spec = spec_for(MemoryError())
    assert (spec.status, spec.type) == (503, "server_error")
    assert int(spec.headers["retry-after"]) > 0


@pytest.mark.parametrize("spec", [*TABLE.values()])
def test_types_are_openais(spec: object) -> None:
    """The type is one of OpenAI's."""
    assert getattr(spec, "type", None) in ("invalid_request_error", "server_error", "requests")


def test_the_documented_tree_is_complete() -> None:
    """The docstring of the exceptions' module names each class."""
    for name, value in vars(exceptions).items():
        if inspect.isclass(value) and value.__module__ == exceptions.__name__:
            assert name in (exceptions.__doc__ or "")
