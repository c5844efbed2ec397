"""Constructed picture files: every depth, colour type and chunk of PNG, and rare other files."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
DEPTHS = {GREY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8)}
DEPTHS |= {GREY_ALPHA: (8, 16), RGB_ALPHA: (8, 16)}
KINDS = [(colour, bits) for colour, depths in DEPTHS.items() for bits in depths]
D65 = (0.3127, 0.3290)
ADOBE_RGB = (*D65, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
DISPLAY_P3 = (*D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
BT2020 = (*D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046)
BT709 = (*D65, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060)


def chunk(kind: bytes, body: bytes, *, sound: bool = True) -> bytes:
    """Return a PNG chunk; its checksum is wrong unless it is sound."""
    checksum = zlib.crc32(kind + body) ^ (0 if sound else 1)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


def packed(samples: np.ndarray, bits: int) -> bytes:
    """Return samples (row, value) as PNG packs them, unfiltered."""
    if bits == 16:
        rows = samples.astype(">u2").view(np.uint8).reshape(len(samples), -1)
    elif bits == 8:
        rows = samples.astype(np.uint8)
    else:
        shifts = np.arange(bits - 1, -1, -1)
        ones = (samples[..., np.newaxis] >> shifts) & 1
        rows = np.packbits(ones.reshape(len(samples), -1).astype(np.uint8), axis=1)
    return b"".join(b"\0" + row.tobytes() for row in rows)


def png(
    samples: np.ndarray,
    colour: int,
    bits: int,
    *extra: bytes,
    rows: int | None = None,
    after: bytes = b"",
    end: bytes | None = None,
) -> bytes:
    """Return a PNG of samples (row, column, channel); its header declares `rows`, or all."""
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, rows or height, bits, colour, 0, 0, 0)
    data = zlib.compress(packed(samples.reshape(height, -1), bits))
    chunks = [chunk(b"IHDR", header), *extra, chunk(b"IDAT", data), after]
    return SIGNATURE + b"".join(chunks) + (chunk(b"IEND", b"") if end is None else end)


def noise(colour: int, bits: int, side: int = 12) -> np.ndarray:
    """Return random samples (row, column, channel) of that colour type and depth."""
    return np.random.default_rng(bits).integers(0, 2**bits, (side, side, CHANNELS[colour]))


def cicp(primaries: int, transfer: int, matrix: int = 0, full_range: int = 1) -> bytes:
    """Return a cICP chunk."""
    return chunk(b"cICP", bytes([primaries, transfer, matrix, full_range]))


def gama(gamma: float) -> bytes:
    """Return a gAMA chunk."""
    return chunk(b"gAMA", struct.pack(">I", round(gamma * 100_000)))


def chrm(chromaticities: tuple[float, ...]) -> bytes:
    """Return a cHRM chunk."""
    return chunk(b"cHRM", struct.pack(">8I", *(round(one * 100_000) for one in chromaticities)))


def profile(gamma: float, padding: int = 0) -> bytes:
    """Return an ICC profile with the primaries of sRGB and light to the power of 1 / `gamma`."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in range(132, 132 + 12 * int.from_bytes(data[128:132], "big"), 12):
        tag, start, _ = struct.unpack(">4sII", data[at : at + 12])
        if tag in (b"rTRC", b"gTRC", b"bTRC"):
            curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
            data[start : start + 14] = curve
            data[at + 8 : at + 12] = (14).to_bytes(4, "big")
    data += np.random.default_rng(1).bytes(padding)
    data[:4] = len(data).to_bytes(4, "big")
    return bytes(data)


def iccp(body: bytes, name: bytes = b"x", method: int = 0) -> bytes:
    """Return an iCCP chunk."""
    return chunk(b"iCCP", name + bytes([0, method]) + zlib.compress(body))


def saved(picture: Pillow.Image, kind: str, **options: object) -> bytes:
    """Return a file as Pillow writes it."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def exif(orientation: int) -> bytes:
    """Return an EXIF block with that orientation alone."""
    return b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def segment(marker: int, body: bytes) -> bytes:
    """Return a JPEG segment."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def bits_to_bytes(bits: str) -> bytes:
    """Return entropy-coded data of a JPEG."""
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")


def jpeg_with_scans(side: int, scans: int) -> bytes:
    """Return a grey progressive JPEG, whose `scans` after the first change nothing."""
    blocks = ((side + 7) // 8) ** 2
    frame = segment(0xDB, b"\0" + b"\1" * 64)
    frame += segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
    frame += segment(0xC4, b"\0" + bytes([1] + [0] * 15) + b"\0")
    frame += segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\xe0")
    first = segment(0xDA, b"\1\1\0\0\0\0") + bits_to_bytes("0" * blocks)
    runs, left = "", blocks
    while left > 0:
        run = min(left, (1 << 15) - 1)
        long = run >= 1 << 14
        runs += "0" + format(run - (1 << 14) if long else 0, "014b")
        left -= run if long else 1 << 14
    refining = segment(0xDA, b"\1\1\0" + bytes([1, 63, 0x10])) + bits_to_bytes(runs)
    return b"\xff\xd8" + frame + first + refining * scans + b"\xff\xd9"


def webp_on_canvas(width: int, height: int, channels: int = 3) -> bytes:
    """Return an animated WebP of single pixels on a canvas of that size; RGB or RGBA."""
    frames = [Pillow.new(("RGB", "RGBA")[channels - 3], (1, 1), name) for name in ("red", "blue")]
    data = bytearray(saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    data[24:27] = (width - 1).to_bytes(3, "little")
    data[27:30] = (height - 1).to_bytes(3, "little")
    if channels == 4:
        data[20] |= 16
    return bytes(data)


def gif(
    box: tuple[int, int, int, int], canvas: tuple[int, int], *, key: int | None = None
) -> bytes:
    """Return a GIF whose first frame fills `box` (left, top, width, height) of its canvas."""
    left, top, width, height = box
    pixels = np.arange(width * height, dtype=np.uint8).reshape(height, width) % 4
    picture = Pillow.fromarray(pixels).convert("P")
    picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 90, 90])
    options = {} if key is None else {"transparency": key}
    data = bytearray(saved(picture, "GIF", **options))
    data[6:10] = struct.pack("<HH", *canvas)
    at = data.index(b"\x2c" + struct.pack("<4H", 0, 0, width, height))
    data[at + 1 : at + 5] = struct.pack("<HH", left, top)
    return bytes(data)


def avif(pixels: np.ndarray, primaries: int, transfer: int) -> bytes:
    """Return an AVIF of RGB pixels, lossless but for the conversion by these code points."""
    data = saved(Pillow.fromarray(pixels), "AVIF", quality=100, subsampling="4:4:4")
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


Make = Callable[[np.ndarray], bytes]


def with_chunks(*chunks: bytes) -> Make:
    """Make PNGs of 8-bit RGB samples with these chunks before the pixels."""
    return lambda samples: png(samples, RGB, 8, *chunks)


_P3, _LINEAR, _GAMMA = cicp(12, 13), iccp(profile(1.0)), gama(0.55)
_SRGB, _ADOBE = chunk(b"sRGB", b"\0"), chrm(ADOBE_RGB)
COLOURS: dict[str, tuple[Make, str]] = {
    "plain": (with_chunks(), "srgb"),
    "cicp srgb": (with_chunks(cicp(1, 13), _GAMMA), "srgb"),
    "cicp p3": (with_chunks(_P3), "p3"),
    "cicp 2020": (with_chunks(cicp(9, 14)), "2020"),
    "cicp pq": (with_chunks(cicp(9, 16)), "pq"),
    "cicp hlg": (with_chunks(cicp(9, 18)), "hlg"),
    "cicp p3 pq": (with_chunks(cicp(12, 16)), "p3 pq"),
    "cicp before iccp": (with_chunks(_LINEAR, _P3), "p3"),
    "cicp before srgb": (with_chunks(_SRGB, _P3), "p3"),
    "iccp before srgb": (with_chunks(_SRGB, _LINEAR), "linear"),
    "iccp before gama": (with_chunks(_GAMMA, _LINEAR), "linear"),
    "srgb before gama and chrm": (with_chunks(_GAMMA, _ADOBE, _SRGB), "srgb"),
    "gama": (with_chunks(_GAMMA), "gamma"),
    "gama linear": (with_chunks(gama(1.0)), "linear"),
    "gama and chrm": (with_chunks(gama(0.45455), _ADOBE), "adobe"),
    "chrm alone": (with_chunks(_ADOBE), "srgb"),
    "gama of srgb": (with_chunks(gama(0.45455)), "srgb"),
    "gama and impossible chrm": (with_chunks(_GAMMA, chrm((0.3,) * 8)), "srgb"),
    "gama and zero chrm": (with_chunks(_GAMMA, chrm((0.0,) * 8)), "srgb"),
    "large profile": (with_chunks(iccp(profile(1.0, 1_100_000))), "linear"),
    "cicp of unknown primaries": (with_chunks(cicp(3, 13), _GAMMA), "gamma"),
    "cicp of unknown transfer": (with_chunks(cicp(12, 3), _GAMMA), "gamma"),
    "cicp unspecified": (with_chunks(cicp(2, 2), _GAMMA), "gamma"),
    "cicp of narrow range": (with_chunks(cicp(12, 13, 0, 0), _GAMMA), "gamma"),
    "cicp cut": (with_chunks(chunk(b"cICP", b"\x0c\x0d\0"), _GAMMA), "gamma"),
    "cicp long": (with_chunks(chunk(b"cICP", b"\x0c\x0d\0\1\0"), _GAMMA), "gamma"),
    "cicp damaged": (with_chunks(chunk(b"cICP", b"\x0c\x0d\0\1", sound=False), _GAMMA), "gamma"),
    "srgb of no intent": (with_chunks(chunk(b"sRGB", b"\x09"), _GAMMA), "gamma"),
    "srgb empty": (with_chunks(chunk(b"sRGB", b""), _GAMMA), "gamma"),
    "srgb long": (with_chunks(chunk(b"sRGB", b"\0\0"), _GAMMA), "gamma"),
    "gama empty": (with_chunks(chunk(b"gAMA", b"")), "srgb"),
    "gama cut": (with_chunks(chunk(b"gAMA", b"\0\0")), "srgb"),
    "gama long": (with_chunks(chunk(b"gAMA", b"\0\0\xd6\xd8\0")), "srgb"),
    "gama of zero": (with_chunks(gama(0)), "srgb"),
    "gama damaged": (with_chunks(chunk(b"gAMA", b"\0\1\x86\xa0", sound=False)), "srgb"),
    "chrm cut": (with_chunks(_GAMMA, chunk(b"cHRM", bytes(31))), "gamma"),
    "iccp empty": (with_chunks(chunk(b"iCCP", b""), _GAMMA), "gamma"),
    "iccp of nonsense": (with_chunks(iccp(b"nonsense"), _GAMMA), "gamma"),
    "iccp cut": (with_chunks(chunk(b"iCCP", b"x\0\0" + zlib.compress(profile(1.0))[:-9])), "srgb"),
    "iccp of no name": (with_chunks(iccp(profile(1.0), b"")), "srgb"),
    "iccp of long name": (with_chunks(iccp(profile(1.0), b"a" * 80)), "linear"),
    "iccp of unknown method": (with_chunks(iccp(profile(1.0), method=1)), "srgb"),
    "iccp twice": (with_chunks(_LINEAR, iccp(profile(2.0))), "linear"),
    "iccp after a damaged one": (
        with_chunks(chunk(b"iCCP", b"x\0\0" + zlib.compress(profile(2.0)), sound=False), _LINEAR),
        "linear",
    ),
    "gama twice": (with_chunks(gama(1.0), gama(0.3)), "linear"),
    "gama after the pixels": (lambda samples: png(samples, RGB, 8, after=_GAMMA), "srgb"),
    "cicp after a cut one": (with_chunks(chunk(b"cICP", b"\1"), _P3), "p3"),
    "cicp after an unknown one": (with_chunks(cicp(3, 13), _P3), "srgb"),
    "cicp after a palette": (with_chunks(chunk(b"PLTE", bytes(9)), _P3), "srgb"),
    "gama after a palette": (with_chunks(chunk(b"PLTE", bytes(9)), _GAMMA), "gamma"),
    "gama after a cut one": (with_chunks(chunk(b"gAMA", b"\0"), _GAMMA), "gamma"),
    "gama after one of zero": (with_chunks(gama(0), _GAMMA), "gamma"),
    "srgb after one of no intent": (
        with_chunks(chunk(b"sRGB", b"\x09"), _GAMMA, _SRGB),
        "srgb",
    ),
    "trns empty": (with_chunks(chunk(b"tRNS", b"")), "srgb"),
    "trns cut": (with_chunks(chunk(b"tRNS", b"\0\1\0\2\0")), "srgb"),
    "exif damaged": (with_chunks(chunk(b"eXIf", b"MM\0*" + bytes(3))), "srgb"),
    "end missing": (lambda samples: png(samples, RGB, 8, end=b""), "srgb"),
    "end damaged": (
        lambda samples: png(samples, RGB, 8, end=chunk(b"IEND", b"", sound=False)),
        "srgb",
    ),
}
"""Makers of PNGs of 8-bit RGB samples, and the name of the colour space that counts."""
