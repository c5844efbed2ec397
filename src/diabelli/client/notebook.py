"""Display of replies in IPython and Jupyter.

The imports are inside of the functions: a client without a notebook needs no Pillow and no NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence


def to_png(picture: bytes) -> bytes:
    """Return an encoded picture as PNG; a PNG is returned unchanged, with its metadata."""
    from diabelli import pictures
    from diabelli.pictures.png import SIGNATURE

    if picture.startswith(SIGNATURE):
        return picture
    return pictures.encode(pictures.to_image(picture), "png")


def contact_sheet(made: Sequence[bytes]) -> bytes:
    """Return a contact sheet of encoded pictures, at least one, as PNG."""
    from diabelli import pictures

    return pictures.encode(pictures.contact_sheet([*map(pictures.to_image, made)]), "png")
