"""Bytes to arrays and back: read hostile pictures, bring them to an aspect, write results.

The only package that imports Pillow. It knows nothing of variations or of how a picture travels.
"""

from diabelli.pictures.aspect import fit
from diabelli.pictures.contact_sheet import sheet
from diabelli.pictures.decoder import decode, to_image
from diabelli.pictures.encoder import encode, format_of
from diabelli.pictures.limits import ANY, LOCAL, OPENAI, Format, Image, Rules
from diabelli.pictures.scaling import cover, on_white, to_pillow

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
