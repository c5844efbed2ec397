"""Depths, colour types, transparency, colour profiles and orientation, through `decode`."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from diabelli.pictures import ANY, LOCAL, OPENAI, decode, to_image
from diabelli.pictures.png import SIGNATURE
from oracles.picture_files import CHANNELS, GREY, GREY_ALPHA, PALETTE, chunk, png, saved
from oracles.picture_files import RGB as COLOUR
from oracles.picture_files import RGB_ALPHA as COLOUR_ALPHA


def random_samples(colour: int, bits: int, side: int = 9) -> np.ndarray:
    return np.random.default_rng(bits).integers(0, 2**bits, (side, side, CHANNELS[colour]))


@pytest.mark.parametrize(
    ("colour", "bits"),
    [(GREY, bits) for bits in (1, 2, 4, 8, 16)]
    + [(colour, bits) for colour in (COLOUR, GREY_ALPHA, COLOUR_ALPHA) for bits in (8, 16)],
)
def test_every_depth_and_colour_type_is_read(colour, bits):
    """Samples of any depth come out within one level of their share of the full scale."""
    samples = random_samples(colour, bits)
    scaled = samples * 255 / (2**bits - 1)
    if colour in (GREY, GREY_ALPHA):
        scaled = np.dstack([scaled[..., :1]] * 3 + [scaled[..., 1:]])
    image = decode(png(samples, colour, bits), OPENAI)
    assert image.shape == scaled.shape
    assert np.abs(image - scaled).max() <= 1


def test_sixteen_bit_grey_is_rounded():
    """Grey of 16 bits loses no more than half a level."""
    samples = random_samples(GREY, 16)
    image = decode(png(samples, GREY, 16), OPENAI)
    assert np.abs(image[..., :1] - samples / 257).max() <= 0.5


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_palettes_are_applied(bits):
    """Each pixel has its palette entry's colour and alpha."""
    samples = random_samples(PALETTE, bits)
    palette = np.random.default_rng(0).integers(0, 256, (2**bits, 4), np.uint8)
    entries = chunk(b"PLTE", palette[:, :3].tobytes()), chunk(b"tRNS", palette[:, 3].tobytes())
    image = decode(png(samples, PALETTE, bits, *entries), OPENAI)
    np.testing.assert_array_equal(image, palette[samples[..., 0]])


def test_a_palette_without_transparency_has_no_alpha():
    """Without transparency the result has three channels."""
    palette = chunk(b"PLTE", bytes(range(12)))
    image = decode(png(random_samples(PALETTE, 2), PALETTE, 2, palette), OPENAI)
    assert image.shape == (9, 9, 3)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_a_grey_key_makes_its_pixels_transparent(bits):
    """tRNS of a grey PNG states the key in the file's own depth."""
    samples = random_samples(GREY, bits)
    key = int(samples[3, 4, 0])
    image = decode(png(samples, GREY, bits, chunk(b"tRNS", struct.pack(">H", key))), OPENAI)
    np.testing.assert_array_equal(image[..., 3], np.where(samples[..., 0] == key, 0, 255))


@pytest.mark.parametrize("bits", [8, 16])
def test_a_colour_key_makes_its_pixels_transparent(bits):
    """tRNS of a colour PNG states the key in the file's own depth."""
    samples = random_samples(COLOUR, bits)
    samples[0, 0] = samples[3, 4]
    key = chunk(b"tRNS", struct.pack(">HHH", *samples[3, 4]))
    image = decode(png(samples, COLOUR, bits, key), OPENAI)
    same = (samples == samples[3, 4]).all(axis=2)
    np.testing.assert_array_equal(image[..., 3], np.where(same, 0, 255))


def test_interlaced_pictures_are_read():
    """Adam7 with two of its seven passes, enough for a 2x1 picture."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, COLOUR, 0, 0, 1))
    data = chunk(b"IDAT", zlib.compress(b"\0\1\2\3" + b"\0\4\5\6"))
    image = decode(SIGNATURE + header + data + chunk(b"IEND", b""), ANY)
    np.testing.assert_array_equal(image, [[[1, 2, 3], [4, 5, 6]]])


def test_alpha_that_is_opaque_everywhere_is_dropped():
    """Opaque pictures have three channels."""
    samples = random_samples(COLOUR_ALPHA, 8)
    samples[..., 3] = 255
    assert decode(png(samples, COLOUR_ALPHA, 8), OPENAI).shape == (9, 9, 3)


def test_an_animation_gives_its_default_image():
    """Of an APNG with a separate default image, that image is the source."""
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "lime", "blue")]
    data = saved(frames[0], "PNG", save_all=True, append_images=frames[1:], default_image=True)
    assert decode(data, OPENAI)[0, 0].tolist() == [255, 0, 0]


def test_an_animated_gif_gives_its_first_frame():
    """GIF's frames have no default, so the first is the source."""
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "lime")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decode(data, ANY)[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("gamma", [1.0, 0.2])
def test_gamma_is_applied(gamma):
    """Samples are light to the power of gamma; that light is encoded with the curve of sRGB."""
    samples = random_samples(COLOUR, 8)
    said = chunk(b"gAMA", struct.pack(">I", int(gamma * 100_000)))
    light = (samples / 255) ** (1 / gamma)
    expected = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(decode(png(samples, COLOUR, 8, said), OPENAI) - expected).max() <= 0.6


@pytest.mark.parametrize("gamma", [0, 45_455, 45_000])
def test_an_ordinary_or_invalid_gamma_has_no_effect(gamma):
    """The usual gamma, and an impossible one, leave the samples unchanged."""
    samples = random_samples(COLOUR, 8)
    said = chunk(b"gAMA", struct.pack(">I", gamma))
    np.testing.assert_array_equal(decode(png(samples, COLOUR, 8, said), OPENAI), samples)


def test_srgb_overrides_gamma():
    """If a file has both chunks, sRGB has precedence, as the specification requires."""
    samples = random_samples(COLOUR, 8)
    said = chunk(b"sRGB", b"\0"), chunk(b"gAMA", struct.pack(">I", 100_000))
    np.testing.assert_array_equal(decode(png(samples, COLOUR, 8, *said), OPENAI), samples)


def test_colour_profiles_are_converted_to_srgb():
    """A profile of another gamma changes mid-tones; white and black stay."""
    wide = linear_profile()
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[np.newaxis].repeat(256, 0)).convert("RGB")
    image = decode(saved(ramp, "PNG", icc_profile=wide), OPENAI)
    assert image[0, 0].max() <= 2
    assert image[0, 255].min() >= 253
    assert 180 <= image[0, 128].mean() <= 195


def linear_profile() -> bytes:
    """Return a linear RGB profile with sRGB's primaries, patched from Pillow's."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    for at in range(132, 132 + 12 * count, 12):
        tag, start, _ = struct.unpack(">4sII", profile[at : at + 12])
        if tag in (b"rTRC", b"gTRC", b"bTRC"):
            profile[start : start + 12] = b"curv" + bytes(8)
            profile[at + 8 : at + 12] = (12).to_bytes(4, "big")
    return bytes(profile)


@pytest.mark.parametrize("profile", [b"nonsense", bytes(500)])
def test_a_damaged_profile_is_ignored(profile):
    """The picture is read as one without a profile."""
    samples = random_samples(COLOUR, 8).astype(np.uint8)
    data = saved(Image.fromarray(samples), "PNG", icc_profile=profile)
    np.testing.assert_array_equal(decode(data, OPENAI), samples)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
@pytest.mark.parametrize("space", [b"RG\xff ", b"\0\0\0\0", b"abcd", b"2CLR"])
def test_a_profile_of_an_unknown_kind_of_colour_is_ignored(space, kind):
    """Its name may be any four bytes."""
    profile = bytearray(linear_profile())
    profile[16:20] = space
    picture = Image.fromarray(np.full((4, 4, 3), 77, np.uint8))
    image = decode(saved(picture, kind, icc_profile=bytes(profile)), LOCAL)
    np.testing.assert_array_equal(image, decode(saved(picture, kind), LOCAL))


def test_a_colour_profile_keeps_alpha():
    """A profile changes colours only."""
    samples = random_samples(COLOUR_ALPHA, 8).astype(np.uint8)
    data = saved(Image.fromarray(samples), "PNG", icc_profile=linear_profile())
    image = decode(data, OPENAI)
    np.testing.assert_array_equal(image[..., 3], samples[..., 3])
    assert (image[..., :3] != samples[..., :3]).any()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(orientation):
    """All eight EXIF orientations agree with Pillow's."""
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = orientation
    samples = np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8)
    data = saved(Image.fromarray(samples), "PNG", exif=exif)
    with Image.open(BytesIO(data)) as picture:
        expected = np.asarray(ImageOps.exif_transpose(picture))
    np.testing.assert_array_equal(decode(data, ANY), expected)


def test_damaged_exif_is_ignored():
    """An unreadable EXIF block has no effect."""
    samples = random_samples(COLOUR, 8)
    data = png(samples, COLOUR, 8, chunk(b"eXIf", b"MM\0*" + bytes(3)))
    np.testing.assert_array_equal(decode(data, OPENAI), samples)


def test_cmyk_pictures_become_srgb():
    """A CMYK JPEG without ink is white."""
    data = saved(Image.new("CMYK", (8, 8), (0, 0, 0, 0)), "JPEG")
    assert decode(data, ANY).min() >= 254


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr"])
def test_pillow_images_of_any_mode_are_accepted(mode):
    """A white picture is white in every mode."""
    image = to_image(Image.new("RGB", (3, 2), "white").convert(mode))
    assert image.shape == (2, 3, 3)
    assert image.min() >= 254


def test_sixteen_bit_tiff_is_scaled():
    """Grey of 16 bits is scaled to 8 bits in every format."""
    data = saved(Image.fromarray(np.full((3, 3), 0x8080, np.uint16)), "TIFF")
    assert np.unique(decode(data, LOCAL)).tolist() == [128]
