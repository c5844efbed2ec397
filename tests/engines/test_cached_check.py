"""A readiness check whose result is cached."""

from collections.abc import Callable

import pytest

from diabelli.engines.cached_check import CachedCheck
from diabelli.errors import UpstreamUnavailable


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 5.0

    def __call__(self) -> float:
        return self.now


class Service:
    """Something that may be unavailable."""

    def __init__(self) -> None:
        self.checks = 0
        self.fault: Exception | None = None

    def check(self) -> None:
        self.checks += 1
        if self.fault is not None:
            raise self.fault


@pytest.fixture
def parts() -> tuple[Service, Clock, Callable[[], None]]:
    """Return a service, a clock and a check that is cached for ten seconds."""
    service, clock = Service(), Clock()
    return service, clock, CachedCheck(service.check, 10, clock)


def test_a_result_counts_for_its_time(parts: tuple[Service, Clock, Callable[[], None]]) -> None:
    """The first use checks, later ones only after that time."""
    service, clock, check = parts
    for now, checks in ((5, 1), (14.9, 1), (15, 2), (16, 2)):
        clock.now = now
        check()
        assert service.checks == checks


def test_a_fault_is_repeated_until_the_next_check(
    parts: tuple[Service, Clock, Callable[[], None]],
) -> None:
    """It is raised without another check, and is gone after a good one."""
    service, clock, check = parts
    service.fault = UpstreamUnavailable("down")
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable, match="down"):
            check()
    assert service.checks == 1
    service.fault, clock.now = None, 15
    check()
    assert service.checks == 2


def test_other_exceptions_are_not_kept(parts: tuple[Service, Clock, Callable[[], None]]) -> None:
    """A fault of the program is raised each time, and its check repeated."""
    service, _, check = parts
    service.fault = ZeroDivisionError()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            check()
    assert service.checks == 2
