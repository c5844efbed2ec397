"""Pictures made by code, for the kinds that photographs lack: flat art, text, wires, stars.

Each function returns one, (SIDE, SIDE, 3 or 4) uint8, the same on every machine; its docstring
names the motif. Lines are drawn at four times the size, then averaged.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from diabelli.variation import Image as Array

SIDE = 512
"""Side of a picture in pixels."""
OVER = 4
"""Factor of supersampling."""
WIDE = SIDE * OVER
"""Side of the canvas in pixels."""

INK = (38, 44, 56)
PAPER = (250, 249, 245)
STORY = (
    "The tide turns at a quarter past six and the small boats follow it out, one after the other, "
    "past the mole and the red lamp. Nobody on the quay speaks; a dog barks at the gulls."
)


def _drawing(ground: tuple[int, ...]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Return a canvas in one colour, RGB or RGBA, and the pen for it."""
    canvas = Image.new("RGBA" if len(ground) == 4 else "RGB", (WIDE, WIDE), ground)
    return canvas, ImageDraw.Draw(canvas)


def _finished(canvas: Image.Image) -> Array:
    """Return the canvas at its final size, (SIDE, SIDE, channel) uint8."""
    return np.array(canvas.reduce(OVER))


def _ramp(top: tuple[int, int, int], bottom: tuple[int, int, int], side: int) -> Array:
    """Return a vertical gradient, (side, side, 3) uint8."""
    share = np.linspace(0, 1, side)[:, None, None]
    ramp = (1 - share) * np.array(top) + share * np.array(bottom)
    return np.broadcast_to(np.rint(ramp), (side, side, 3)).astype(np.uint8)


def _smooth_noise(cells: int, seed: int) -> NDArray[np.float32]:
    """Return noise of that many cells a side, interpolated to (SIDE, SIDE); deviation about 1."""
    noise = np.random.default_rng(seed).standard_normal((cells, cells)).astype(np.float32)
    return np.array(Image.fromarray(noise).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def logo_text() -> Array:
    """A round badge over a word and a smaller line: a logo with text."""
    canvas, pen = _drawing((255, 255, 255))
    pen.ellipse((584, 180, 1464, 1060), fill=(232, 106, 51))
    pen.ellipse((920, 330, 1128, 538), fill=(255, 220, 120))
    for row, colour in ((640, (255, 255, 255)), (780, (255, 228, 205)), (920, (255, 255, 255))):
        x = np.arange(700, 1349, 12)
        y = row + 34 * np.sin((x - 700) / 648 * 6 * np.pi)
        pen.line(
            list(zip(x.tolist(), y.tolist(), strict=True)), fill=colour, width=44, joint="curve"
        )
    pen.text((1024, 1320), "HARBOUR", INK, ImageFont.load_default(330), anchor="mm")
    small = ImageFont.load_default(128)
    pen.text((1024, 1640), "coffee & rope, since 1871", (232, 106, 51), small, anchor="mm")
    return _finished(canvas)


def icon() -> Array:
    """A steaming mug with a handle on transparent ground: a flat icon with alpha."""
    canvas, pen = _drawing((255, 255, 255, 0))
    pen.ellipse((1220, 840, 1760, 1380), outline=(30, 92, 140, 255), width=120)
    pen.rounded_rectangle((420, 760, 1440, 1700), 200, fill=(44, 130, 190, 255))
    pen.rounded_rectangle((420, 760, 660, 1700), 200, fill=(30, 92, 140, 255))
    pen.rectangle((560, 760, 660, 1700), fill=(30, 92, 140, 255))
    pen.ellipse((960, 1080, 1260, 1380), fill=(255, 205, 70, 255))
    pen.rounded_rectangle((300, 1740, 1560, 1830), 45, fill=(60, 64, 72, 255))
    for left in (640, 900, 1160):
        y = np.arange(300, 661, 12)
        x = left + 46 * np.sin((y - 300) / 360 * 2 * np.pi)
        points = list(zip(x.tolist(), y.tolist(), strict=True))
        pen.line(points, fill=(150, 160, 172, 200), width=56, joint="curve")
    return _finished(canvas)


def line_drawing() -> Array:
    """A house, a fence, a tree and the sun in plain strokes."""
    canvas, pen = _drawing(PAPER)
    strokes = [
        [(120, 1640), (1930, 1640)],
        [(500, 1640), (500, 960), (1180, 960), (1180, 1640)],
        [(420, 1010), (840, 580), (1260, 1010)],
        [(1010, 750), (1010, 600), (1090, 600), (1090, 830)],
        [(760, 1640), (760, 1290), (930, 1290), (930, 1640)],
        [(580, 1080), (720, 1080), (720, 1220), (580, 1220), (580, 1080)],
        [(650, 1080), (650, 1220)],
        [(580, 1150), (720, 1150)],
        [(1560, 1640), (1580, 1300), (1480, 1160)],
        [(1580, 1300), (1690, 1140)],
        [(140, 1480), (440, 1480)],
    ]
    strokes += [[(x, 1640), (x, 1420)] for x in range(160, 441, 70)]
    turn = np.linspace(0, 2 * np.pi, 13)[:-1]
    rays = np.stack([np.cos(turn), np.sin(turn)], 1)
    strokes += [[(400 + 170 * c, 400 + 170 * s), (400 + 250 * c, 400 + 250 * s)] for c, s in rays]
    for stroke in strokes:
        pen.line(stroke, fill=INK, width=14, joint="curve")
    pen.ellipse((270, 270, 530, 530), outline=INK, width=14)
    for left, top, size in ((1330, 820, 330), (1520, 700, 380), (1600, 900, 300)):
        pen.arc((left, top, left + size, top + size), 120, 440, fill=INK, width=14)
    return _finished(canvas)


def screenshot() -> Array:
    """A window with a side bar, headings, paragraphs and buttons: text as on a screen."""
    canvas, pen = _drawing((244, 245, 247))
    pen.rectangle((0, 0, WIDE, 140), fill=(52, 62, 80))
    for x, colour in ((80, (236, 106, 94)), (160, (244, 191, 79)), (240, (98, 197, 84))):
        pen.ellipse((x - 26, 44, x + 26, 96), fill=colour)
    font = ImageFont.load_default
    pen.text((WIDE / 2, 70), "harbour.txt - Notes", (230, 233, 238), font(60), anchor="mm")
    pen.rectangle((0, 140, 470, WIDE), fill=(228, 231, 236))
    pen.rectangle((0, 330, 470, 430), fill=(66, 120, 200))
    for row, word in enumerate(("Notes", "Harbour", "Lists", "Letters", "Archive")):
        colour = (255, 255, 255) if row == 1 else INK
        pen.text((60, 270 + 110 * row), word, colour, font(58), anchor="lm")
    pen.text((560, 260), "The morning tide", INK, font(110), anchor="lm")
    words = STORY.split()
    for row in range(16):
        line = " ".join(words[(11 * row + k) % len(words)] for k in range(11))
        pen.text((560, 420 + 82 * row), line, (70, 76, 88), font(52), anchor="lm")
    for left, label, colour in ((560, "Save", (66, 120, 200)), (900, "Discard", (150, 156, 166))):
        pen.rounded_rectangle((left, 1800, left + 300, 1930), 30, fill=colour)
        pen.text((left + 150, 1865), label, (255, 255, 255), font(60), anchor="mm")
    return _finished(canvas)


def masts() -> Array:
    """Two boats with thin masts, rigging and a wire across a plain sky."""
    canvas = Image.fromarray(_ramp((112, 160, 214), (226, 232, 232), WIDE))
    pen = ImageDraw.Draw(canvas)
    pen.rectangle((0, 1500, WIDE, WIDE), fill=(64, 98, 120))
    for row in range(1530, WIDE, 46):
        start = row * 7 % 400
        for x in range(-start, WIDE, 400):
            pen.line([(x, row), (x + 190, row)], fill=(92, 128, 148), width=8)
    for foot, top, colour in ((700, 260, (150, 44, 40)), (1460, 520, (236, 232, 220))):
        hull = [(foot - 420, 1440), (foot + 420, 1440), (foot + 320, 1600), (foot - 320, 1600)]
        pen.polygon(hull, fill=colour)
        pen.rectangle((foot - 60, 1360, foot + 200, 1440), fill=(240, 236, 226))
        pen.line([(foot, 1440), (foot, top)], fill=(60, 46, 36), width=18)
        pen.line([(foot - 150, top + 260), (foot + 150, top + 260)], fill=(60, 46, 36), width=12)
        for end in (-410, -150, 150, 410):
            pen.line([(foot, top), (foot + end, 1440)], fill=(50, 50, 54), width=6)
    pen.line([(0, 180), (WIDE, 330)], fill=(40, 42, 48), width=8)
    return _finished(canvas)


def starfield() -> Array:
    """A few bright and many faint stars on black."""
    rng = np.random.default_rng(4)
    sky = np.zeros((SIDE, SIDE, 3))
    y, x = np.mgrid[:SIDE, :SIDE]
    for magnitude in rng.pareto(1.6, 260):
        row, column = rng.uniform(0, SIDE, 2)
        tint = 1 - rng.uniform(0, 0.35, 3) * np.array([1, 0.5, 1])
        light = min(60 + 60 * magnitude, 1400)
        spread = 1.3 if light < 400 else 2.6
        top, left = max(0, int(row) - 16), max(0, int(column) - 16)
        near = (slice(top, int(row) + 17), slice(left, int(column) + 17))
        distance = (y[near] - row) ** 2 + (x[near] - column) ** 2
        sky[near] += light * np.exp(-distance / (2 * spread**2))[..., None] * tint
    sky += [6, 7, 12]
    return np.clip(np.rint(sky), 0, 255).astype(np.uint8)


def sky() -> Array:
    """A blue gradient with soft clouds: no edge anywhere."""
    cloud = sum(_smooth_noise(cells, cells) * 3 / cells for cells in (4, 8, 16, 32, 64))
    cover = np.clip(np.asarray(cloud) * 1.2, 0, 1)[..., None]
    blue = _ramp((58, 112, 190), (178, 208, 236), SIDE)
    return np.rint(blue * (1 - cover) + 246 * cover).astype(np.uint8)


def checker() -> Array:
    """A board of eight by eight squares."""
    row, column = np.mgrid[:SIDE, :SIDE] // (SIDE // 8)
    dark = (row + column) % 2 == 1
    colours = np.array([(240, 236, 224), (40, 52, 90)], np.uint8)
    board: Array = colours[dark.astype(int)]
    return board


def near_uniform() -> Array:
    """Grey paper, hardly more than one colour."""
    grain = np.random.default_rng(9).normal(0, 1.2, (SIDE, SIDE))
    grey = 168 + 2.5 * _smooth_noise(5, 8) + grain
    tinted: Array = np.rint(grey[..., None] + np.array([2, 0, -4])).astype(np.uint8)
    return tinted


def crest() -> Array:
    """A shield with a face, the same on its left and on its right."""
    canvas, pen = _drawing((236, 230, 216))
    edge = [(1024, 1900), (620, 1560), (420, 1100), (400, 260), (1024, 180)]
    edge += [(WIDE - x, y) for x, y in reversed(edge)]
    pen.polygon(edge, fill=(128, 28, 40))
    inner = [(1024 + (x - 1024) * 0.88, 960 + (y - 960) * 0.88) for x, y in edge]
    pen.polygon(inner, fill=(212, 168, 70))
    pen.ellipse((704, 520, 1344, 1280), fill=(128, 28, 40))
    for side in (-1, 1):
        centre = 1024 + side * 150
        pen.ellipse((centre - 90, 760, centre + 90, 880), fill=PAPER)
        pen.ellipse((centre - 36, 784, centre + 36, 856), fill=INK)
        horn = [(1024 + side * x, y) for x, y in ((180, 600), (420, 330), (330, 760))]
        pen.polygon(horn, fill=PAPER)
        pen.arc((centre - 110, 660, centre + 110, 820), 200, 340, fill=(212, 168, 70), width=22)
    pen.polygon([(1024, 840), (960, 1020), (1088, 1020)], fill=(212, 168, 70))
    pen.arc((864, 960, 1184, 1160), 20, 160, fill=PAPER, width=30)
    for row in (1400, 1500):
        pen.line([(700, row), (1024, row + 110), (1348, row)], fill=(128, 28, 40), width=36)
    return _finished(canvas)


def silhouette() -> Array:
    """A tree, a fence and two birds on a hill, in two colours."""
    dark, light = (28, 24, 40), (244, 150, 70)
    canvas, pen = _drawing(light)
    pen.ellipse((-900, 1480, 2000, 3600), fill=dark)
    pen.ellipse((1000, 1620, 3200, 3600), fill=dark)
    pen.polygon([(560, 1640), (640, 1000), (700, 1000), (760, 1640)], fill=dark)
    for left, top, size in ((300, 560, 520), (560, 420, 560), (700, 700, 420), (420, 820, 380)):
        pen.ellipse((left, top, left + size, top + size * 0.86), fill=dark)
    for x in range(1180, 1960, 130):
        pen.rectangle((x, 1420 + (x - 1180) // 20, x + 36, 1800), fill=dark)
    pen.line([(1160, 1500), (1960, 1540)], fill=dark, width=26)
    for x, y, size in ((1300, 420, 150), (1620, 640, 100)):
        for wing in (-1, 1):
            outline = ((0, 0), (0.5, -0.35), (1, -0.3), (0.5, -0.15), (0, 0.2))
            pen.polygon([(x + wing * size * u, y + size * v) for u, v in outline], fill=dark)
    return _finished(canvas)


DRAWN: dict[str, Callable[[], Array]] = {
    picture.__name__: picture
    for picture in (
        logo_text,
        icon,
        line_drawing,
        screenshot,
        masts,
        starfield,
        sky,
        checker,
        near_uniform,
        crest,
        silhouette,
    )
}
