"""Synthetic pictures with lettering, and the cells that hold it, to train the lettering map.

Words in many scripts are drawn with free fonts, bent, turned, put in perspective and laid onto
photographs without lettering as paint, print, labels, relief, outlines or light. Shapes that are no
lettering are laid on in the same ways, so that lettering is told from them by its form alone.
"""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTCollection, TTFont
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from scipy import ndimage

SIDE = 256
"""Side of a training picture, in pixels."""
CELL = 8
"""Side of a cell of the map, in pixels."""
EM = 72
"""Size in pixels at which words are drawn before they are scaled."""
GRAIN = np.random.default_rng(1).standard_normal((2 * SIDE, 2 * SIDE, 3), np.float32)
SCRIPTS = {
    "latin": (8.0, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "digits": (2.5, "0123456789"),
    "han": (2.5, (0x4E00, 0x9FA5)),
    "kana": (1.2, (0x3041, 0x30F6)),
    "hangul": (1.2, (0xAC00, 0xD7A3)),
    "arabic": (1.5, (0x0621, 0x064A)),
    "cyrillic": (1.2, (0x0410, 0x044F)),
    "greek": (0.6, (0x0391, 0x03C9)),
    "hebrew": (0.6, (0x05D0, 0x05EA)),
    "devanagari": (0.8, (0x0904, 0x0939)),
    "thai": (0.6, (0x0E01, 0x0E2E)),
    "bengali": (0.3, (0x0985, 0x09B9)),
    "gurmukhi": (0.2, (0x0A05, 0x0A39)),
    "gujarati": (0.2, (0x0A85, 0x0AB9)),
    "tamil": (0.3, (0x0B85, 0x0BB9)),
    "telugu": (0.3, (0x0C05, 0x0C39)),
    "kannada": (0.2, (0x0C85, 0x0CB9)),
    "malayalam": (0.2, (0x0D05, 0x0D39)),
    "georgian": (0.2, (0x10D0, 0x10F0)),
    "armenian": (0.2, (0x0531, 0x0556)),
    "ethiopic": (0.2, (0x1200, 0x1248)),
    "khmer": (0.2, (0x1780, 0x17A2)),
    "myanmar": (0.2, (0x1000, 0x1020)),
    "tibetan": (0.2, (0x0F40, 0x0F6C)),
}
"""Weight and characters (a string, or the first and last code point) of each script."""
UNSPACED = {"han", "kana", "hangul"}
FREQUENT = "eeeeeeaaaaaoooooiiiiinnnnrrrrttttssssllllccddmmuuppgghbyfvkwzxjq"


class Words:
    """Random words of random scripts in random fonts.

    Args:
        fonts: folder that is searched for font files.
    """

    def __init__(self, fonts: Path) -> None:
        self._faces: dict[str, list[tuple[Path, str]]] = {name: [] for name in SCRIPTS}
        for path in sorted(p for p in fonts.rglob("*") if p.suffix in {".ttf", ".otf", ".ttc"}):
            known = _characters(path)
            for name, (_, letters) in SCRIPTS.items():
                if not isinstance(letters, str):
                    letters = "".join(map(chr, range(letters[0], letters[1] + 1)))
                drawable = "".join(c for c in letters if ord(c) in known)
                if len(drawable) >= 0.5 * min(len(letters), 400):
                    self._faces[name].append((path, drawable))
        self._names = [name for name in SCRIPTS if self._faces[name]]
        weights = np.array([SCRIPTS[name][0] for name in self._names])
        self._weights = weights / weights.sum()

    def draw(self, rng: np.random.Generator) -> Image.Image:
        """Return lettering as an "L" mask, cropped to its ink, and EM pixels a line."""
        while True:
            name = str(rng.choice(self._names, p=self._weights))
            path, letters = self._faces[name][rng.integers(len(self._faces[name]))]
            lines = _lines(rng, name, letters)
            stroke = int(rng.integers(0, 4)) if rng.random() < 0.3 else 0
            try:
                font = ImageFont.truetype(str(path), EM)
                mask = _set(lines, font, stroke)
                if rng.random() < 0.12:
                    inner = _set(lines, font, 0)
                    outer = _set(lines, font, int(rng.integers(2, 6)))
                    mask = Image.fromarray(np.maximum(np.asarray(outer) - np.asarray(inner), 0))
            except (OSError, ValueError):
                continue
            box = mask.getbbox()
            if box and box[2] - box[0] > 8 and box[3] - box[1] > 8:
                mask = mask.crop(box)
                mask.info["lines"] = len(lines)
                return mask


def _characters(path: Path) -> set[int]:
    """Return the code points that a font file maps."""
    try:
        if path.suffix == ".ttc":
            return set(TTCollection(path, lazy=True).fonts[0].getBestCmap() or {})
        return set(TTFont(path, lazy=True).getBestCmap() or {})
    except Exception as error:  # a damaged font may raise any error
        print("left out:", path.name, error)
        return set()


def _lines(rng: np.random.Generator, name: str, letters: str) -> list[str]:
    """Return one to four lines of words."""

    def word() -> str:
        if name != "latin":
            size = int(rng.integers(1, 7))
            return "".join(letters[k] for k in rng.integers(len(letters), size=size))
        size = int(rng.integers(1, 10))
        text = "".join(FREQUENT[k] for k in rng.integers(len(FREQUENT), size=size))
        return (text, text.upper(), text.capitalize())[rng.integers(3)]

    count = int(rng.choice([1, 2, 3, 4], p=[0.66, 0.2, 0.08, 0.06]))
    if name in UNSPACED and rng.random() < 0.2:
        return list(word())
    joint = "" if name in UNSPACED else " "
    return [joint.join(word() for _ in range(rng.integers(1, 4))) for _ in range(count)]


def _set(lines: list[str], font: ImageFont.FreeTypeFont, stroke: int) -> Image.Image:
    """Return the lines set below each other, centred, as an "L" mask."""
    text = "\n".join(lines)
    probe = ImageDraw.Draw(Image.new("L", (1, 1)))
    box = probe.multiline_textbbox((0, 0), text, font=font, stroke_width=6, align="center")
    size = (min(int(box[2] - box[0]), 2400) + 1, min(int(box[3] - box[1]), 800) + 1)
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).multiline_text(
        (-box[0], -box[1]), text, 255, font=font, stroke_width=stroke, align="center"
    )
    return mask


def draw_shape(rng: np.random.Generator) -> Image.Image:
    """Return the "L" mask of a shape or pattern that is no lettering."""
    mask = Image.new("L", (220, 160))
    pen = ImageDraw.Draw(mask)
    kind, step = int(rng.integers(8)), int(rng.integers(8, 40))
    width = max(1, int(step * rng.uniform(0.1, 0.7)))
    if kind == 0:
        for x in range(0, 220, step):
            pen.rectangle((x, 0, x + width, 160), 255)
    elif kind == 1:
        for x in range(0, 220, step):
            pen.line((x, 0, x, 160), 255, max(1, width // 3))
        for y in range(0, 160, step):
            pen.line((0, y, 220, y), 255, max(1, width // 3))
    elif kind == 2:
        for i in range(0, 220, step):
            for j in range(0, 160, step):
                if (i // step + j // step) % 2:
                    pen.rectangle((i, j, i + step, j + step), 255)
    elif kind == 3:
        for i in range(0, 220, step):
            for j in range(0, 160, step):
                pen.ellipse((i, j, i + width, j + width), 255)
    elif kind == 4:
        for _ in range(rng.integers(1, 5)):
            points = rng.uniform(0, 1, (rng.integers(3, 6), 2)) * (220, 160)
            pen.polygon([tuple(p) for p in points], 255)
    elif kind == 5:
        for _ in range(rng.integers(1, 30)):
            x, y, turn = rng.uniform(0, 220), rng.uniform(0, 160), rng.uniform(0, 2 * math.pi)
            far = rng.uniform(10, 120)
            end = (x + far * math.cos(turn), y + far * math.sin(turn))
            pen.line((x, y, *end), 255, int(rng.integers(1, 6)))
    elif kind == 6:
        for _ in range(rng.integers(1, 8)):
            x, y, r = rng.uniform(0, 220), rng.uniform(0, 160), rng.uniform(5, 70)
            pen.ellipse((x - r, y - r, x + r, y + r), outline=255, width=int(rng.integers(1, 8)))
    else:
        for _ in range(rng.integers(3, 60)):
            x, y, r = rng.uniform(0, 220), rng.uniform(0, 160), rng.uniform(2, 16)
            ratio = rng.uniform(0.3, 1)
            pen.ellipse((x - r, y - ratio * r, x + r, y + ratio * r), 255)
    return mask


def _place(rng: np.random.Generator, mask: Image.Image, height: float) -> np.ndarray:
    """Return a mask laid into SIDE x SIDE in perspective, float32 0..1, its lines `height` high."""
    scale = height * mask.info.get("lines", 1) / mask.height
    width = max(2, round(mask.width * scale * rng.uniform(0.75, 1.2)))
    tall = max(2, round(mask.height * scale))
    small = np.asarray(mask.resize((width, tall), Image.Resampling.BOX), np.float32) / 255
    bend = rng.normal(0, 0.35) if rng.random() < 0.2 else 0.0
    rise = bend * width * 0.5
    pad = math.ceil(abs(rise)) + 2
    small = np.pad(small, ((pad, pad), (2, 2)))
    if abs(rise) > 1:
        rows, columns = np.mgrid[: small.shape[0], : small.shape[1]].astype(np.float32)
        lift = rise * (2 * columns / small.shape[1] - 1) ** 2
        small = ndimage.map_coordinates(small, [rows + lift - rise / 2, columns], order=1)
    turn = rng.normal(0, 0.12) if rng.random() < 0.75 else rng.uniform(-math.pi / 2, math.pi / 2)
    centre = rng.uniform(0.1, 0.9, 2) * SIDE
    h, w = small.shape
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], float)
    tilted = corners + rng.normal(0, 0.06, (4, 2)) * min(h, w) - (w / 2, h / 2)
    spin = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    seen = tilted @ spin + centre
    terms = []
    for (u, v), (x, y) in zip(corners, seen, strict=True):
        terms += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    solved = np.linalg.solve(np.array(terms), corners.ravel())
    image = Image.fromarray(np.uint8(255 * small))
    laid = image.transform(
        (SIDE, SIDE), Image.Transform.PERSPECTIVE, tuple(solved), Image.Resampling.BICUBIC
    )
    return np.asarray(laid, np.float32) / 255


def _ink(rng: np.random.Generator, ground: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return a colour that differs from the ground under the mask."""
    under = (ground * mask[..., None]).sum((0, 1)) / (mask.sum() + 1e-3)
    for _ in range(20):
        colour = rng.uniform(0, 255, 3)
        if rng.random() < 0.5:
            colour = np.full(3, float(rng.choice([rng.uniform(0, 60), rng.uniform(190, 255)])))
        if np.abs(colour - under).mean() > rng.uniform(40, 110):
            break
    return colour.astype(np.float32)


def _lay(
    rng: np.random.Generator, ground: np.ndarray, mask: np.ndarray, height: float, photo: np.ndarray
) -> np.ndarray:
    """Return the ground with the mask laid on as paint, print, label, relief, outline or light."""
    style, image = rng.random(), ground
    if style < 0.1:  # relief
        shift = max(1, round(0.04 * height))
        turn = rng.uniform(0, 2 * math.pi)
        step = (round(shift * math.sin(turn)), round(shift * math.cos(turn)))
        soft = ndimage.gaussian_filter(mask, 0.03 * height)
        edge = np.roll(soft, step, (0, 1)) - np.roll(soft, (-step[0], -step[1]), (0, 1))
        return image + (rng.uniform(35, 110) * edge + rng.uniform(-25, 25) * soft)[..., None]
    if style < 0.3:  # on a label
        grown = ndimage.maximum_filter(mask > 0.3, max(3, round(rng.uniform(0.5, 1.6) * height)))
        label = ndimage.gaussian_filter(grown.astype(np.float32), 0.7)[..., None]
        image = image + label * rng.uniform(0.8, 1) * (_ink(rng, image, mask) - image)
    elif style < 0.45:  # with a rim or a shadow
        far = max(1, round(rng.uniform(0.04, 0.14) * height))
        rim = ndimage.maximum_filter(mask, 2 * far + 1)
        if rng.random() < 0.4:
            rim = np.roll(ndimage.gaussian_filter(mask, 0.5 * far), (far, far), (0, 1))
        image = image + rim[..., None] * rng.uniform(0.5, 1) * (_ink(rng, image, mask) - image)
    ink = np.broadcast_to(_ink(rng, image, mask), image.shape)
    if style > 0.96:
        ink = photo
    elif style > 0.7:  # shaded as the cloth or wall that it is on
        light = image.mean(2, keepdims=True)
        usual = (light[..., 0] * mask).sum() / (mask.sum() + 1e-3) + 8
        ink = ink * np.clip((light + 8) / usual, 0.3, 1.7)
    if 0.45 < style < 0.5:  # light
        glow = mask + ndimage.gaussian_filter(mask, 0.15 * height)
        return image + glow[..., None] * rng.uniform(0.4, 1) * ink
    return image + mask[..., None] * rng.uniform(0.6, 1) * (ink - image)


def _finish(rng: np.random.Generator, image: np.ndarray, finest: float) -> np.ndarray:
    """Return the picture (SIDE, SIDE, 3) uint8 with a camera's tone, blur, noise and coding."""
    if rng.random() < 0.5:
        spread = rng.uniform(0, 0.09) * finest
        image = ndimage.gaussian_filter(image, (spread, spread, 0), truncate=2)
    if rng.random() < 0.08:
        image = np.broadcast_to(image[..., 1:2], image.shape)
    if rng.random() < 0.4:
        row, column = rng.integers(SIDE, size=2)
        image = image + rng.uniform(0, 9) * GRAIN[row : row + SIDE, column : column + SIDE]
    tone = 255 * np.linspace(0, 1, 256) ** math.exp(rng.normal(0, 0.25))
    tone = (tone - 128) * rng.uniform(0.6, 1.1) + 128 + rng.normal(0, 12)
    tone = np.uint8(np.clip(tone, 0, 255))
    image = tone[np.uint8(np.clip(image, 0, 255))]
    done = Image.fromarray(image)
    if rng.random() < 0.15:
        done = done.filter(ImageFilter.UnsharpMask(1.2, int(rng.integers(50, 200)), 0))
    if rng.random() < 0.5:
        file = io.BytesIO()
        done.save(file, "JPEG", quality=int(rng.integers(35, 95)))
        done = Image.open(file)
    return np.asarray(done)


def _crop(
    rng: np.random.Generator, photo: np.ndarray, shown: tuple[float, float] | None = None
) -> tuple[np.ndarray, tuple[float, float, float]]:
    """Return a random square of a photograph, and its place.

    Args:
        rng: source of randomness.
        photo: (h, w, 3) uint8.
        shown: a place, column and row in pixels, that the square shows.

    Returns:
        (SIDE, SIDE, 3) float32; column, row and side in pixels of the photograph.
    """
    h, w = photo.shape[:2]
    side = min(h, w, SIDE * math.exp(rng.uniform(-0.7, 0.8)))
    x, y = rng.uniform(0, w - side), rng.uniform(0, h - side)
    if shown:
        x, y = (place - side * rng.uniform(0.2, 0.8) for place in shown)
        x, y = min(max(x, 0), w - side), min(max(y, 0), h - side)
    part = Image.fromarray(photo).resize(
        (SIDE, SIDE), Image.Resampling.BILINEAR, (x, y, x + side, y + side), reducing_gap=2
    )
    return np.asarray(part, np.float32), (x, y, side)


def part_with_lettering(
    rng: np.random.Generator, photo: np.ndarray, boxes: list[list[int]]
) -> tuple[np.ndarray, np.ndarray]:
    """Return a part of a photograph with lettering, and its cells, as `make` does.

    Args:
        rng: source of randomness.
        photo: (h, w, 3) uint8.
        boxes: left, upper, right and lower edge of lettering, in hundredths of the sides. Nothing
            is asked for outside, where there may be more lettering.
    """
    h, w = photo.shape[:2]
    scaled = np.array(boxes) * np.array([w, h, w, h]) / 100
    left, upper, right, lower = scaled[rng.integers(len(boxes))]
    image, (x, y, side) = _crop(rng, photo, ((left + right) / 2, (upper + lower) / 2))
    cells = np.full((SIDE // CELL, SIDE // CELL), -1, np.float32)
    for box in scaled:
        edges = (box - np.array([x, y, x, y])) / side * (SIDE // CELL)
        x0, y0, x1, y1 = np.clip(np.rint(edges), 0, SIDE // CELL).astype(int)
        cells[y0:y1, x0:x1] = 1
    return _finish(rng, image, 10.0), cells


def make(
    rng: np.random.Generator, words: Words, photo: np.ndarray, other: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return a training picture and its cells.

    Args:
        rng: source of randomness.
        words: what draws lettering.
        photo: (h, w, 3) uint8 without lettering, the ground.
        other: another such photograph, sometimes seen through the letters.

    Returns:
        (SIDE, SIDE, 3) uint8; and (SIDE / CELL, SIDE / CELL) float32: 1 for lettering, 0 for none,
        -1 where neither is asked for.
    """
    (image, _), (inside, _) = _crop(rng, photo), _crop(rng, other)
    count = SIDE // CELL
    sure = np.zeros((count, count), bool)
    open_cells = np.zeros((count, count), bool)
    finest = 40.0
    for _ in range(int(rng.choice([0, 1, 2], p=[0.7, 0.22, 0.08]))):
        height = math.exp(rng.uniform(math.log(20), math.log(150)))
        image = _lay(rng, image, _place(rng, draw_shape(rng), height), height / 4, inside)
    for _ in range(int(rng.choice([0, 1, 2, 3, 4, 5], p=[0.15, 0.2, 0.2, 0.2, 0.15, 0.1]))):
        height = math.exp(rng.normal(math.log(22), 0.75))
        height = min(max(height, 6), 120)
        mask = _place(rng, words.draw(rng), height)
        changed = _lay(rng, image, mask, height, inside)
        contrast = np.abs(changed - image).mean(2)[mask > 0.5]
        image = changed
        finest = min(finest, height)
        inked = mask.reshape(count, CELL, count, CELL).max((1, 3)) > 0.3
        wide = ndimage.binary_dilation(inked, iterations=1 + round(0.3 * height / CELL))
        open_cells |= wide
        if height >= 8 and contrast.size > 12 and contrast.mean() > 18:
            sure |= ndimage.binary_closing(np.pad(inked, 4), iterations=3)[4:-4, 4:-4]
    cells = np.where(sure, 1.0, np.where(open_cells, -1.0, 0.0)).astype(np.float32)
    return _finish(rng, image, finest), cells
