"""The contract of every engine."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from diabelli.engines import ENGINES, load, run_sequentially
from diabelli.errors import Cancelled, UnknownEngine
from diabelli.variation import MAX_SEED, Progress, VariationSpec
from engines.making import digest, made, pieces, square
from oracles.sources import face, landscape, pebbles, sticker


def stopping(at: int):
    """Progress callback that cancels at its `at`-th call."""
    calls = []

    def watch(progress: Progress) -> None:
        calls.append(progress)
        if len(calls) >= at:
            raise Cancelled

    return watch


def test_an_engine_says_what_it_is(engine):
    """Its info has a name, a version, a summary, and whether it is trained."""
    info = engine.info
    assert info.name
    assert info.version
    assert info.summary.endswith(".")
    assert isinstance(info.trained, bool)


def test_engines_are_loaded_by_name():
    """Embedded engines are found by their name."""
    for name in ENGINES:
        assert load(name).info.name == name


def test_no_engine_answers_to_a_wrong_name():
    """An unknown name is refused with the list of valid names."""
    with pytest.raises(UnknownEngine, match=r"'unknown'.*patch"):
        load("unknown")


@pytest.mark.parametrize(("height", "width"), [(200, 333), (64, 48), (1, 1)])
def test_variations_have_the_size_that_was_asked_for(engine, height, width):
    """Height and width equal the requested ones."""
    spec = VariationSpec(n=2, height=height, width=width, seed=3)
    for variation in made(engine, landscape(120), spec):
        assert variation.image.shape == (height, width, 3)
        assert variation.image.dtype == np.uint8
        assert variation.image.flags.c_contiguous


def test_a_request_gets_as_many_as_it_asked_for(engine):
    """n pieces make n variations, with engine and strength."""
    for n in (1, 3):
        prepared = pieces(engine, face(96), square(64, n=n))
        assert len(prepared) == n
        for variation in run_sequentially(prepared):
            assert variation.engine == engine.info
            assert variation.strength == 0.5


@pytest.mark.parametrize("seed", [0, MAX_SEED])
def test_the_first_variation_has_the_requests_own_seed(engine, seed):
    """The others have distinct derived seeds."""
    seeds = [one.seed for one in made(engine, pebbles(64), square(64, n=3, seed=seed))]
    assert seeds[0] == seed
    assert len(set(seeds)) == 3
    assert all(0 <= one <= MAX_SEED for one in seeds)


def test_a_request_repeated_gives_the_same_variations(engine):
    """A repeated request gives the same seeds and bytes."""
    first, second = (made(engine, landscape(150), square(n=3)) for _ in range(2))
    assert [one.seed for one in first] == [one.seed for one in second]
    assert [digest(one.image) for one in first] == [digest(one.image) for one in second]


def test_each_seed_has_one_picture(engine):
    """The seed of any variation, requested alone, gives that variation."""
    for variation in made(engine, face(150), square(n=3, seed=11)):
        (alone,) = made(engine, face(150), square(seed=variation.seed))
        assert digest(alone.image) == digest(variation.image)


def test_another_seed_gives_another_picture(engine):
    """Consecutive seeds give different pictures."""
    pictures = {digest(made(engine, landscape(100), square(seed=s))[0].image) for s in range(3)}
    assert len(pictures) == 3


def test_pieces_may_run_in_any_order_and_thread(engine):
    """Pieces in parallel and in reverse order give the same results as in sequence."""
    expected = [digest(one.image) for one in made(engine, pebbles(128), square(n=3))]
    with ThreadPoolExecutor(4) as threads:

        def spread(pieces):
            return [f.result() for f in [threads.submit(piece) for piece in pieces]]

        prepared = pieces(engine, pebbles(128), square(n=3), run_parallel=spread)
        found = spread(prepared[::-1])[::-1]
    assert [digest(one.image) for one in found] == expected


def test_the_source_is_left_alone(engine):
    """The source is not modified; it may be read-only or a view."""
    whole = face(160)
    part = whole[20:148, 10:138]
    part.flags.writeable = False
    found = made(engine, part, square(128))[0].image
    np.testing.assert_array_equal(whole, face(160))
    assert digest(found) == digest(made(engine, part.copy(), square(128))[0].image)


def test_pictures_with_alpha_keep_it_or_are_flattened(engine):
    """Engines either keep alpha or declare that they do not."""
    for variation in made(engine, sticker(120), square(128, n=2)):
        if not engine.info.keeps_alpha:
            assert variation.image.shape == (128, 128, 3)
            continue
        assert variation.image.shape == (128, 128, 4)
        alpha = variation.image[..., 3]
        assert alpha.min() == 0
        assert alpha.max() == 255


def test_progress_is_reported_for_every_variation(engine):
    """Progress is reported per index, with shares that grow within 0..1."""
    seen: list[Progress] = []
    made(engine, landscape(100), square(n=3), seen.append)
    assert {progress.index for progress in seen} == {0, 1, 2}
    for index in range(3):
        shares = [progress.fraction for progress in seen if progress.index == index]
        assert len(shares) > 2
        assert shares == sorted(shares)
        assert shares[0] >= 0
        assert shares[-1] <= 1
    assert all(progress.stage for progress in seen)


def test_cancelled_work_stops(engine):
    """`Cancelled` from the progress callback is raised at once, at any step."""
    seen: list[Progress] = []
    made(engine, landscape(100), square(n=2), seen.append)
    for at in {1, len(seen) // 2, len(seen)}:
        with pytest.raises(Cancelled):
            made(engine, landscape(100), square(n=2), stopping(at))


def test_an_engine_goes_on_after_a_cancelled_request(engine):
    """A cancelled request does not affect the next one."""
    seen: list[Progress] = []
    expected = digest(made(engine, face(100), square(), seen.append)[0].image)
    for at in (1, len(seen) // 2, len(seen)):
        with pytest.raises(Cancelled):
            made(engine, face(100), square(), stopping(at))
    assert digest(made(engine, face(100), square())[0].image) == expected


def test_cancelling_one_piece_leaves_the_others(engine):
    """One piece can be cancelled while another completes."""
    stopped = threading.Event()

    def watch(progress: Progress) -> None:
        if stopped.is_set() and progress.index == 0:
            raise Cancelled

    first, second = pieces(engine, pebbles(100), square(n=2), watch)
    stopped.set()
    with pytest.raises(Cancelled):
        first()
    assert digest(second().image) == digest(made(engine, pebbles(100), square(n=2))[1].image)
