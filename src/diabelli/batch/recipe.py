"""The recipe of a job, and its digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from diabelli.pictures import Format
from diabelli.variation import MAX_SEED, Fit, VariationSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides about the bytes of a job's pictures.

    Attributes:
        source: URL of the folder or bucket.
        engine: name of the engine.
        engine_version: of the engine.
        n: number of variations of each picture, 1..10.
        height, width: of each variation, in pixels, 1..4096.
        strength: 0..1.
        seed: of the job, 0..2^63-1; `picture_seed` derives the seeds of pictures from it.
        fit: how a picture of another aspect ratio is fitted.
        output_format: format of the variations.
        quality: 0..100, of WebP and JPEG; None means the format's default.
    """

    source: str
    engine: str
    engine_version: str
    n: int
    height: int
    width: int
    strength: float
    seed: int
    fit: Fit
    output_format: Format
    quality: int | None

    def __post_init__(self) -> None:
        """Raise `InvalidParameter` for a value out of range."""
        self.spec("")

    def to_json(self) -> str:
        """Return the recipe as JSON; equal recipes have equal texts."""
        return json.dumps(asdict(self), sort_keys=True, indent=2)

    @property
    def digest(self) -> str:
        """The first 12 hexadecimal digits of the SHA-256 of `to_json`."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]

    def picture_seed(self, key: str) -> int:
        """Return the seed of the first variation of a picture, 0..2^63-1.

        It is the first 63 bits of the SHA-256 of the job's seed, a slash and the key.
        """
        digest = hashlib.sha256(f"{self.seed}/{key}".encode()).digest()
        return int.from_bytes(digest[:8], "big") & MAX_SEED

    def spec(self, key: str) -> VariationSpec:
        """Return the spec of the variations of a picture."""
        spec = VariationSpec(
            n=self.n,
            height=self.height,
            width=self.width,
            strength=self.strength,
            seed=self.seed,
            fit=self.fit,
            output_format=self.output_format,
            output_compression=self.quality,
        )
        return replace(spec, seed=self.picture_seed(key))
