"""Exit codes: every error has one."""

import pytest

from diabelli import errors
from diabelli.cli.exit_codes import exit_code


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (errors.InvalidParameter(), 2),
        (errors.InvalidSettings(), 2),
        (errors.UnknownEngine(), 2),
        (errors.MissingExtra(extra="x", purpose="y"), 3),
        (errors.StoreUnavailable(), 3),
        (errors.InvalidPicture(), 1),
        (errors.EngineFailed(), 1),
    ],
)
def test_a_fault_has_the_exit_code_of_who_can_act(fault, code):
    """Usage is 2, installation 3, anything else 1."""
    assert exit_code(fault) == code
