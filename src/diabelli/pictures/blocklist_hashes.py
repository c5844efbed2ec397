"""PDQ hashes to store for a blocked picture, and PDQ hashes to query the blocklist with.

Both cover more than the picture itself. Most servers accept only squares, so a wide picture is
cropped before it is uploaded. PDQ itself tolerates a trim of about 1 % of a side.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from diabelli.pictures.aspect import fit
from diabelli.pictures.limits import Image
from diabelli.pictures.pdq import pdq, pdq_dihedral

_TRIM_SHARES = (0.0, 0.02, 0.04)
"""Shares of a side cut from each edge before hashing.

PDQ matches within about 0.01 of each, so that trims up to 0.05 are found.
"""


def hashes_to_store(image: Image) -> tuple[str, ...]:
    """Return the hashes of the whole image and of its central square, each at every trim.

    Args:
        image: (row, column, 3 or 4) uint8.

    Returns:
        Distinct hashes of 64 hexadecimal digits; empty if the image has too few features.
    """
    trimmed = (_trim(view, share) for view in _views(image) for share in _TRIM_SHARES)
    hashes = (pdq(view) for view in trimmed)
    return tuple(dict.fromkeys(one for one in hashes if one is not None))


def hashes_to_query(image: Image) -> tuple[str, ...]:
    """Return the dihedral hashes of the whole image and of its central square.

    Args:
        image: (row, column, 3 or 4) uint8.

    Returns:
        Hashes of 64 hexadecimal digits; empty if the image has too few features.
    """
    return tuple(chain.from_iterable(pdq_dihedral(view) for view in _views(image)))


def _views(image: Image) -> Iterator[Image]:
    yield image
    if image.shape[0] != image.shape[1]:
        yield fit(image, 1, 1, "crop")


def _trim(image: Image, share: float) -> Image:
    """Cut that share of the height and of the width from each side."""
    rows, columns = (round(side * share) for side in image.shape[:2])
    return image[rows : image.shape[0] - rows, columns : image.shape[1] - columns]
