"""Bytes to arrays and back: read hostile pictures, bring them to an aspect, write results.

The only package that imports Pillow. It knows nothing of variations or of how a picture travels.
"""

from diabelli.pictures.aspect import fit
from diabelli.pictures.reading import decode, to_image
from diabelli.pictures.rules import ANY, LOCAL, OPENAI, Format, Image, Rules
from diabelli.pictures.scaling import cover, on_white, to_pillow
from diabelli.pictures.sheet import sheet
from diabelli.pictures.writing import encode, format_of

__all__ = [
    "ANY",
    "LOCAL",
    "OPENAI",
    "Format",
    "Image",
    "Rules",
    "cover",
    "decode",
    "encode",
    "fit",
    "format_of",
    "on_white",
    "sheet",
    "to_image",
    "to_pillow",
]
