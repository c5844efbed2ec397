"""What is remembered of a picture to know it again, and what another is compared by.

Both are PDQ hashes, of more than the picture as it stands: a wide picture must become a square one
before most servers take it, and PDQ itself bears a trim of no more than about a hundredth.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from diabelli.pictures.aspect import fit
from diabelli.pictures.limits import Image
from diabelli.pictures.pdq import pdq, pdq_dihedral

_TRIM_SHARES = (0.0, 0.02, 0.04)


def hashes_to_store(image: Image) -> tuple[str, ...]:
    """The hashes of `image`, whole and as a square of its centre, both also a little trimmed.

    Empty where it has too few features to have any.
    """
    trimmed = (_trim(view, share) for view in _views(image) for share in _TRIM_SHARES)
    hashes = (pdq(view) for view in trimmed)
    return tuple(dict.fromkeys(one for one in hashes if one is not None))


def hashes_to_query(image: Image) -> tuple[str, ...]:
    """The hashes of `image`, whole and as a square of its centre, both in all their ways up."""
    return tuple(chain.from_iterable(pdq_dihedral(view) for view in _views(image)))


def _views(image: Image) -> Iterator[Image]:
    yield image
    if image.shape[0] != image.shape[1]:
        yield fit(image, 1, 1, "crop")


def _trim(image: Image, share: float) -> Image:
    """The image without that share of its height and width at each side."""
    rows, columns = (round(side * share) for side in image.shape[:2])
    return image[rows : image.shape[0] - rows, columns : image.shape[1] - columns]
