"""Image input and output: decode untrusted files, change the aspect ratio, encode results.

The only package that imports Pillow. It contains nothing about variations or HTTP.
"""

from diabelli.pictures.aspect import fit
from diabelli.pictures.contact_sheet import contact_sheet
from diabelli.pictures.decoder import decode, to_image
from diabelli.pictures.decoder_processes import DecoderProcesses
from diabelli.pictures.encoder import encode, format_of
from diabelli.pictures.limits import ANY, LOCAL, OPENAI, DecodeLimits, Format, Image
from diabelli.pictures.scaling import PillowImage, cover, flatten_on_white, to_pillow
from diabelli.pictures.source_file import read_source

__all__ = [
    "ANY",
    "LOCAL",
    "OPENAI",
    "DecodeLimits",
    "DecoderProcesses",
    "Format",
    "Image",
    "PillowImage",
    "contact_sheet",
    "cover",
    "decode",
    "encode",
    "fit",
    "flatten_on_white",
    "format_of",
    "read_source",
    "to_image",
    "to_pillow",
]
