"""The workers: fair turns, kept order, and failures that stay with their request."""

import threading
import time

import pytest

from diabelli.worker_pool import FairWorkerPool


@pytest.fixture
def one():
    """A single worker, so that turns are visible."""
    workers = FairWorkerPool(1)
    yield workers
    workers.close()


@pytest.fixture
def four():
    workers = FairWorkerPool(4)
    yield workers
    workers.close()


def ignore() -> None:
    """What to do on failure where a test does not care."""


def test_results_keep_the_order_of_the_pieces(four):
    """Quick pieces do not overtake slow ones in the list."""

    def piece(number: int) -> int:
        time.sleep(0.02 * (3 - number % 3))
        return number

    pieces = [lambda number=number: piece(number) for number in range(9)]
    assert four.run(pieces, ignore) == list(range(9))


def test_no_pieces_are_done_at_once(one):
    """A request for nothing waits for nobody."""
    assert one.run([], ignore) == []


def test_requests_take_turns(one):
    """One piece that comes second is done after one piece of the request before it, not all."""
    done: list[str] = []
    began, both = threading.Event(), threading.Event()

    def first() -> None:
        began.set()
        both.wait(5)
        done.append("long")

    long = threading.Thread(
        target=one.run, args=([first, *[lambda: done.append("long")] * 4], ignore)
    )
    long.start()
    began.wait(5)
    short = threading.Thread(target=one.run, args=([lambda: done.append("short")], ignore))
    short.start()
    while len(one._turns) < 2:
        time.sleep(0.001)
    both.set()
    short.join(5)
    long.join(5)
    assert done.index("short") <= 2
    assert len(done) == 6


def test_the_first_failure_ends_its_request(one):
    """Pieces that wait are never begun, and the exception comes out with its type."""
    done: list[int] = []

    def fail() -> None:
        raise KeyError("first")

    with pytest.raises(KeyError, match="first"):
        one.run([lambda: done.append(1), fail, lambda: done.append(3)], ignore)
    assert done == [1]


def test_pieces_that_run_are_told_of_a_failure(four):
    """They can stop early, and the first failure is the one that is raised."""
    failed = threading.Event()
    running = threading.Event()

    def wait() -> None:
        running.set()
        assert failed.wait(5)
        raise RuntimeError("told to stop")

    def fail() -> None:
        running.wait(5)
        raise KeyError("the reason")

    with pytest.raises(KeyError, match="the reason"):
        four.run([wait, fail], failed.set)


def test_a_failure_leaves_other_requests_alone(four):
    """The workers live on."""
    for _ in range(8):
        with pytest.raises(ZeroDivisionError):
            four.run([lambda: 1 // 0], ignore)
    assert four.run([lambda: 1], ignore) == [1]


def test_closing_finishes_what_was_handed_in():
    """Nobody who waits is left waiting, and nobody new is taken."""
    workers = FairWorkerPool(1)
    results: list[list[int]] = []
    began = threading.Event()

    def slow() -> int:
        began.set()
        time.sleep(0.05)
        return 1

    waiting = threading.Thread(target=lambda: results.append(workers.run([slow, slow], ignore)))
    waiting.start()
    began.wait(5)
    workers.close()
    waiting.join(5)
    assert results == [[1, 1]]
    with pytest.raises(RuntimeError, match="closed"):
        workers.run([lambda: 1], ignore)


def test_an_idle_worker_holds_no_results(one):
    """A request's pictures can be freed as soon as it is answered."""
    import weakref

    class Big:
        pass

    references: list[weakref.ref[Big]] = []

    def piece() -> Big:
        big = Big()
        references.append(weakref.ref(big))
        return big

    one.run([piece], ignore)
    one.run([lambda: None], ignore)
    assert references[0]() is None


def test_who_waits_can_leave(one):
    """A request that is no longer wanted goes within a second, though every thread is busy."""
    began, through = threading.Event(), threading.Event()
    done: list[int] = []

    def hold() -> None:
        began.set()
        through.wait(5)

    def heed() -> None:
        raise TimeoutError("nobody wants it any more")

    busy = threading.Thread(target=one.run, args=([hold], ignore))
    busy.start()
    began.wait(5)
    started = time.monotonic()
    with pytest.raises(TimeoutError, match="nobody"):
        one.run([lambda: done.append(1)], ignore, heed)
    assert time.monotonic() - started < 1
    through.set()
    busy.join(5)
    assert one.run([lambda: 2], ignore) == [2]
    assert done == []
