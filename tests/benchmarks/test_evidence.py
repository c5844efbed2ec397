"""Wrong answers of the load test are kept and explained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from catalogue import Case, catalogue
from diabelli.pictures.png import chunk, encode_png
from evidence import Evidence, difference
from rolling import rolled
from wires import Answer


def answer(case: Case) -> Answer:
    """A reply with the seeds of the case."""
    data = [{"seed": case.seed + index} for index in range(case.n)]
    return Answer(200, {"x-request-id": "req_1"}, json.dumps({"data": data}).encode())


def pictures(case: Case, source: np.ndarray | None = None) -> list[bytes]:
    """The pictures of the case by the engine `roll`, or those of another source."""
    return [
        encode_png(
            rolled(case.source if source is None else source, case.side, case.side, seed, 0.5),
            b'diabelli:seed="%d"' % seed,
        )
        for seed in range(case.seed, case.seed + case.n)
    ]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda image: encode_png(image, b"x"), "equal pixels, other bytes in iTXt"),
        (lambda image: encode_png(np.roll(image, 3, 1)), "of another seed: rolled by 3 columns"),
        (lambda image: encode_png(image[1:]), "(31, 32, 4) instead of (32, 32, 4)"),
        (lambda image: encode_png(image)[:-40] + chunk(b"IEND"), "cannot be decoded"),
        (
            lambda image: encode_png(np.where(np.arange(96).reshape(32, 1, 3) < 6, 0, image)),
            "other pixels: 64 of 1024, rows 0 to 1, columns 0 to 31",
        ),
    ],
)
def test_the_kind_of_a_difference_is_named(change, found):
    """It is in the bytes, the seed, the size, the file or the pixels."""
    image = np.random.default_rng(1).integers(1, 256, (32, 32, 3), np.uint8)
    expected = encode_png(image, b"y")
    assert found in difference(change(image), expected)


def test_a_picture_of_another_case_is_found_and_kept(tmp_path: Path):
    """The folder has both pictures, the headers and the request."""
    cases = catalogue(3)
    for case in cases:
        case.expected = pictures(case)
    case, other = cases[0], cases[2]
    got = pictures(other)[:1]
    how = Evidence(tmp_path / "kept", cases).keep(case, answer(case), got)
    assert how == f"the pixels of seed {other.seed}"
    (folder,) = (tmp_path / "kept").iterdir()
    assert (folder / "0-got.png").read_bytes() == got[0]
    assert (folder / "0-expected.png").read_bytes() == case.expected[0]
    assert json.loads((folder / "headers.json").read_text()) == {"x-request-id": "req_1"}
    assert case.body() == (folder / "request").read_bytes()


def test_a_wrong_first_answer_is_refused():
    """An expectation with pixels of another source is no expectation."""
    case = catalogue(1)[0]
    with pytest.raises(ValueError, match="first picture of seed 7 has wrong pixels"):
        case.learn(answer(case), pictures(case, case.source[::-1]), "roll")
    case.learn(answer(case), pictures(case), "roll")
    assert case.expected == pictures(case)
