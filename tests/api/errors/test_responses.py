"""The table of errors."""

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
def test_every_class_has_an_answer(cls: type[errors.DiabelliError]) -> None:
    """Every exception of ours has a row, its own or that of a class above; only faults are 500."""
    row = spec_for(cls.__new__(cls))
    caused_by_caller = issubclass(cls, errors.ClientError | errors.Cancelled)
    assert (row.status < 500) == caused_by_caller


def test_foreign_exceptions_are_faults() -> None:
    """An exception that is not ours has the row that tells nothing."""
    assert spec_for(ValueError("private")) is FAULT


@pytest.mark.parametrize("row", [*TABLE.values()])
def test_types_are_those_that_clients_know(row: object) -> None:
    """The type is OpenAI's word for whose fault it is."""
    assert getattr(row, "type", None) in ("invalid_request_error", "server_error", "requests")


def test_refusals_are_drawn_in_the_tree() -> None:
    """The picture at the top of the module names every class in it."""
    for name, value in vars(exceptions).items():
        if inspect.isclass(value) and value.__module__ == exceptions.__name__:
            assert name in (exceptions.__doc__ or "")
