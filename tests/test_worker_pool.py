"""The worker pool: fair turns, order of results, failures and cancellation."""

import threading
import time
import weakref

import pytest

from diabelli.errors import Cancelled
from diabelli.worker_pool import FairWorkerPool

WAIT_S = 5


@pytest.fixture
def one():
    """A pool of one worker, so that turns are visible."""
    pool = FairWorkerPool(1)
    yield pool
    pool.close()


@pytest.fixture
def four():
    pool = FairWorkerPool(4)
    yield pool
    pool.close()


class Holder:
    """A piece that holds its worker until it is released."""

    def __init__(self) -> None:
        self.started, self.released = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.started.set()
        assert self.released.wait(WAIT_S)


def test_results_keep_the_order_of_the_pieces(four):
    """Quick pieces do not overtake slow ones in the list."""

    def piece(number: int) -> int:
        time.sleep(0.02 * (3 - number % 3))
        return number

    pieces = [lambda number=number: piece(number) for number in range(9)]
    assert four.submit(pieces).result() == list(range(9))


def test_no_pieces_are_done_at_once(one):
    """A job without pieces completes without a worker."""
    assert one.submit([]).result() == []


def test_jobs_take_turns(one):
    """A job of one piece that comes second is done after one piece of the first job."""
    done: list[str] = []
    hold = Holder()
    long = one.submit([hold, *[lambda: done.append("long")] * 4])
    assert hold.started.wait(WAIT_S)
    short = one.submit([lambda: done.append("short")])
    hold.released.set()
    short.result()
    long.result()
    assert done.index("short") <= 1
    assert len(done) == 5


def test_the_first_failure_ends_its_job(one):
    """Waiting pieces never start, and the exception is raised unchanged."""
    done: list[int] = []

    def fail() -> None:
        raise KeyError("first")

    with pytest.raises(KeyError, match="first"):
        one.submit([lambda: done.append(1), fail, lambda: done.append(3)]).result()
    assert done == [1]


def test_running_pieces_are_cancelled_after_a_failure(four):
    """They stop at their next check, and the first failure is the one that is raised."""
    job = four.job()
    running, stopped = threading.Event(), threading.Event()

    def wait() -> None:
        running.set()
        try:
            while True:
                job.raise_if_cancelled()
                time.sleep(0.001)
        except Cancelled:
            stopped.set()
            raise

    def fail() -> None:
        running.wait(WAIT_S)
        raise KeyError("the reason")

    job.submit([wait, fail], job.finish)
    with pytest.raises(KeyError, match="the reason"):
        job.result()
    assert stopped.wait(WAIT_S)


def test_a_failure_leaves_other_jobs_alone(four):
    """The workers go on."""
    for _ in range(8):
        with pytest.raises(ZeroDivisionError):
            four.submit([lambda: 1 // 0]).result()
    assert four.submit([lambda: 1]).result() == [1]


@pytest.mark.parametrize("failure", [SystemExit, KeyboardInterrupt, GeneratorExit, MemoryError])
def test_a_worker_survives_every_exception(one, failure):
    """Also those that end a thread, such as `SystemExit`."""

    def fail() -> None:
        raise failure

    with pytest.raises(failure):
        one.submit([fail]).future.result(WAIT_S)
    assert one.submit([lambda: 1]).future.result(WAIT_S) == [1]
    one.check()


def test_closing_completes_submitted_jobs():
    """Open jobs complete, and new ones are refused."""
    pool = FairWorkerPool(1)
    hold = Holder()
    job = pool.submit([hold, lambda: 2])
    assert hold.started.wait(WAIT_S)
    closing = threading.Thread(target=pool.close)
    closing.start()
    hold.released.set()
    closing.join(WAIT_S)
    assert job.future.result(0) == [None, 2]
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit([lambda: 1])


def test_closing_waits_for_steps_that_follow():
    """A job may submit its next batch after the pool began to close."""
    pool = FairWorkerPool(2)
    job, hold = pool.job(), Holder()
    job.submit([hold], lambda _: job.submit([lambda: 3], job.finish))
    assert hold.started.wait(WAIT_S)
    closing = threading.Thread(target=pool.close)
    closing.start()
    hold.released.set()
    closing.join(WAIT_S)
    assert job.future.result(0) == [3]


def test_an_idle_worker_holds_no_results(one):
    """A request's pictures can be freed as soon as it is answered."""

    class Big:
        pass

    references: list[weakref.ref[Big]] = []

    def piece() -> Big:
        big = Big()
        references.append(weakref.ref(big))
        return big

    one.submit([piece]).result()
    one.submit([lambda: None]).result()
    assert references[0]() is None


def test_cancelling_completes_the_future_at_once(one):
    """A waiting job is cancelled while every worker is busy, and its pieces never start."""
    hold = Holder()
    busy = one.submit([hold])
    assert hold.started.wait(WAIT_S)
    done: list[int] = []
    job = one.submit([lambda: done.append(1)])
    job.cancel(TimeoutError("the reason"))
    with pytest.raises(TimeoutError, match="the reason"):
        job.future.result(0)
    assert one.waiting == 0
    hold.released.set()
    busy.result()
    assert one.submit([lambda: 2]).result() == [2]
    assert done == []


def test_the_first_reason_of_a_cancellation_counts(one):
    """Later ones, and a result that comes too late, change nothing."""
    hold = Holder()
    job = one.submit([hold])
    assert hold.started.wait(WAIT_S)
    job.cancel(KeyError("first"))
    job.cancel(KeyError("second"))
    hold.released.set()
    with pytest.raises(KeyError, match="first"):
        job.result()


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_a_piece_can_run_pieces(threads):
    """To any depth and on any number of threads, without a deadlock."""
    pool = FairWorkerPool(threads)
    job = pool.job()

    def work(depth: int) -> int:
        if depth == 0:
            return 1
        return sum(job.run([lambda: work(depth - 1)] * 3))

    job.submit([lambda: work(4)], job.finish)
    assert job.future.result(WAIT_S) == [81]
    pool.close()


def test_idle_workers_help(four):
    """Four pieces that wait for each other run at the same time."""
    together = threading.Barrier(4, timeout=WAIT_S)
    job = four.job()
    job.submit([lambda: job.run([together.wait] * 4)], job.finish)
    assert sorted(job.future.result(WAIT_S)[0]) == [0, 1, 2, 3]


def test_a_failure_below_a_piece_ends_the_job(four):
    """The worker that waits for its pieces is released."""
    job = four.job()
    hold = Holder()
    job.submit([lambda: job.run([hold, lambda: 1 // 0])], job.finish)
    with pytest.raises(ZeroDivisionError):
        job.future.result(WAIT_S)
    hold.released.set()


def test_no_thread_waits_for_a_job(one):
    """A thousand waiting jobs need no thread but the worker's."""
    hold = Holder()
    busy = one.submit([hold])
    assert hold.started.wait(WAIT_S)
    before = threading.active_count()
    jobs = [one.submit([lambda: 1]) for _ in range(1000)]
    assert threading.active_count() == before
    hold.released.set()
    busy.result()
    assert all(job.future.result(WAIT_S) == [1] for job in jobs)
