"""Requests with known answers: each has one right answer, byte by byte.

The answers of an idle server are the expected ones under load. They are checked against the
sources: at strength 0 a variation equals its source, and each variation contains its seed. The
pixels of the engine `roll` are computed here as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
from PIL import Image

from rolling import rolled
from wires import Answer, form

SOURCES = 16
SHAPES = (
    # n, side, strength, source's side
    (1, 256, 0.5, 64),
    (1, 256, 0.0, 200),
    (2, 256, 0.3, 128),
    (1, 512, 0.0, 512),
    (1, 256, 1.0, 300),
    (4, 256, 0.0, 96),
    (1, 512, 0.5, 256),
    (10, 256, 0.8, 128),
)


@dataclass(slots=True)
class Case:
    """One request.

    Attributes:
        source: (height, width, 3) uint8.
        n: number of variations.
        side: of the variations, in pixels.
        strength: 0..1.
        seed: of the first variation.
        as_url: whether the answer has links instead of base64.
        expected: the encoded pictures of the right answer; empty until it is known.
    """

    source: np.ndarray
    n: int
    side: int
    strength: float
    seed: int
    as_url: bool
    expected: list[bytes] = field(default_factory=list)

    def body(self) -> bytes:
        """Return the encoded form."""
        file = BytesIO()
        Image.fromarray(self.source).save(file, "PNG")
        fields = {
            "n": self.n,
            "size": f"{self.side}x{self.side}",
            "strength": self.strength,
            "seed": self.seed,
            "response_format": "url" if self.as_url else "b64_json",
            "user": f"user-{self.seed % 7}",
        }
        return form({name: str(value) for name, value in fields.items()}, file.getvalue())

    def learn(self, answer: Answer, pictures: list[bytes], engine: str) -> None:
        """Store the first answer as the expected one.

        Args:
            answer: of status 200.
            pictures: its encoded pictures.
            engine: name of the engine that made them.

        Raises:
            ValueError: the answer is wrong.
        """
        fault = self.fault_of(answer, pictures)
        if fault:
            raise ValueError(fault)
        if self.strength == 0.0 and not all(self._is_source(picture) for picture in pictures):
            raise ValueError("a variation of strength 0 is not its source")
        if engine == "roll":
            for index, picture in enumerate(pictures):
                seed = self.seed + index
                own = rolled(self.source, self.side, self.side, seed, self.strength)
                if not np.array_equal(_pixels(picture), own):
                    raise ValueError(f"the first picture of seed {seed} has wrong pixels")
        self.expected = pictures

    def fault_of(self, answer: Answer, pictures: list[bytes]) -> str | None:
        """Return the fault of an answer of status 200, or None."""
        data = answer.json()["data"]
        if len(data) != self.n:
            return f"{len(data)} pictures instead of {self.n}"
        if data[0]["seed"] != self.seed:
            return "the answer of another seed"
        for one, picture in zip(data, pictures, strict=True):
            if re.findall(rb'diabelli:seed="(\d+)"', picture) != [b"%d" % one["seed"]]:
                return "a picture with another seed than the answer"
        if self.expected and pictures != self.expected:
            pairs = zip(pictures, self.expected, strict=True)
            wrong = sum(picture != own for picture, own in pairs)
            return f"seed {self.seed}: {wrong} of {self.n} pictures differ from the expected ones"
        return None

    def _is_source(self, picture: bytes) -> bool:
        whole = Image.fromarray(_pixels(picture))
        small = np.asarray(whole.resize((16, 16), Image.Resampling.BOX), int)
        own = Image.fromarray(self.source).resize((16, 16), Image.Resampling.BOX)
        return bool(np.abs(small - np.asarray(own, int)).mean() < 8)


def _pixels(picture: bytes) -> np.ndarray:
    with Image.open(BytesIO(picture)) as opened:
        return np.asarray(opened.convert("RGB"))


def catalogue(cases: int) -> list[Case]:
    """Return `cases` different cases."""
    made = []
    for number in range(cases):
        n, side, strength, source_side = SHAPES[number % len(SHAPES)]
        made.append(
            Case(
                source=source(number % SOURCES, source_side),
                n=n,
                side=side,
                strength=strength,
                seed=1000 * number + 7,
                as_url=number % 3 == 1,
            )
        )
    return made


def source(number: int, side: int) -> np.ndarray:
    """Return a picture of discs, (side, side, 3) uint8, different for each number."""
    rng = np.random.default_rng(number)
    image = np.empty((side, side, 3), np.uint8)
    image[:] = rng.integers(0, 256, 3)
    rows, columns = np.mgrid[:side, :side] / side
    for _ in range(12):
        row, column, radius = rng.random(3) * (1, 1, 0.3)
        image[(rows - row) ** 2 + (columns - column) ** 2 < radius**2] = rng.integers(0, 256, 3)
    return image
