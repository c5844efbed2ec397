"""Train the lettering map of `diabelli.synthesis.analysis.lettering` and write its weights.

    python training/lettering.py FONTS PLAIN BOXED lettering.npz

FONTS is a folder of font files with free licences. PLAIN and BOXED are folders of photographs of
about 512 x 512 pixels: some without lettering, and those named in lettering_boxes.json, which have
lettering in boxes drawn by hand. It needs PyTorch, SciPy, Pillow and fontTools.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, interpolate, pixel_unshuffle

from lettering_pictures import Words, make, part_with_lettering

BOXES = Path(__file__).with_name("lettering_boxes.json")
"""Boxes of lettering by name of the photograph: edges in hundredths of its sides."""
POOL = 3000
"""Pictures kept in memory; they are seen several times, flipped, which is cheaper than new ones."""
RENEWAL = 2
"""Steps between two new pictures."""
BATCH = 8
"""Pictures of a step."""
PACE = 6e-3
"""Highest learning rate, after 100 steps; then it falls as a cosine."""
BOXED_SHARE = 0.25
"""Share of training pictures that are photographs with lettering."""
SAVED = 200
"""Steps between two saved files."""
HARDEST = 0.02
"""Share of the cells without lettering that count again, those with the highest values."""


class Step(nn.Sequential):
    """A 3 x 3 convolution with batch normalisation."""

    def __init__(self, before: int, after: int, stride: int = 1) -> None:
        super().__init__(nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after))


class Net(nn.Module):
    """The network, from sRGB values 0..1 to logits of cells of 8 x 8 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.e0 = Step(12, 16, 2)
        self.e1 = Step(16, 24, 2)
        self.e1a = Step(24, 24)
        self.e1b = Step(24, 24)
        self.e2 = Step(24, 24, 2)
        self.e2a = Step(24, 24)
        self.e2b = Step(24, 24)
        self.e3 = Step(24, 24, 2)
        self.e3a = Step(24, 24)
        self.p2 = Step(48, 16)
        self.p1 = Step(40, 8)
        self.o = nn.Conv2d(8, 1, 3, 1, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return logits (n, 1, h / 8, w / 8) of pictures (n, 3, h, w)."""
        fine = self.e0(pixel_unshuffle(4 * pictures - 2, 2)).relu()
        middle = self.e1(fine).relu()
        middle = (middle + self.e1b(self.e1a(middle).relu())).relu()
        coarse = self.e2(middle).relu()
        coarse = (coarse + self.e2b(self.e2a(coarse).relu())).relu()
        deep = self.e3a(self.e3(coarse).relu()).relu()
        coarse = self.p2(torch.cat([_double(deep), coarse], 1)).relu()
        return self.o(self.p1(torch.cat([_double(coarse), middle], 1)).relu())


def _double(planes: torch.Tensor) -> torch.Tensor:
    return interpolate(planes, scale_factor=2, mode="bilinear", align_corners=False)


def loss_of(logits: torch.Tensor, cells: torch.Tensor, strictness: float) -> torch.Tensor:
    """Return the cross entropy; `strictness` 0..1 counts the hardest cells without lettering."""
    each = binary_cross_entropy_with_logits(logits, cells.clamp(min=0), reduction="none")
    none = each[cells == 0]
    hardest = none.topk(max(1, int(HARDEST * none.numel()))).values
    return (
        each[cells >= 0].mean() + 0.3 * each[cells == 1].mean() + 0.15 * strictness * hardest.mean()
    )


def weights_of(net: Net) -> dict[str, np.ndarray]:
    """Return float16 weights (output, input, 3, 3) and float32 biases, normalisation folded in."""
    arrays = {}
    for name, module in net.named_children():
        if isinstance(module, Step):
            convolution, norm = module
            factor = norm.weight / (norm.running_var + norm.eps).sqrt()
            weight = convolution.weight * factor[:, None, None, None]
            bias = norm.bias - norm.running_mean * factor
        else:
            weight, bias = module.weight, module.bias
        arrays[f"{name}.w"] = weight.detach().numpy().astype(np.float16)
        arrays[f"{name}.b"] = bias.detach().numpy().astype(np.float32)
    return arrays


class Pool:
    """Training pictures, of which the oldest are replaced.

    Args:
        words: what draws lettering.
        plain: photographs without lettering.
        boxed: photographs with lettering, and its boxes.
    """

    def __init__(
        self,
        words: Words,
        plain: list[np.ndarray],
        boxed: list[tuple[np.ndarray, list[list[int]]]],
    ) -> None:
        self._words, self._plain, self._boxed = words, plain, boxed
        self._rng = np.random.default_rng(5)
        self._made: list[tuple[np.ndarray, np.ndarray]] = []
        self._oldest = 0

    def renew(self, count: int) -> None:
        """Make that many pictures."""
        for _ in range(count):
            if len(self._made) < POOL:
                self._made.append(self._make())
            else:
                self._made[self._oldest % POOL] = self._make()
                self._oldest += 1

    def _make(self) -> tuple[np.ndarray, np.ndarray]:
        """Return a picture with its cells."""
        if self._boxed and self._rng.random() < BOXED_SHARE:
            photo, boxes = self._boxed[self._rng.integers(len(self._boxed))]
            return part_with_lettering(self._rng, photo, boxes)
        ground, other = (self._plain[k] for k in self._rng.integers(len(self._plain), size=2))
        return make(self._rng, self._words, ground, other)

    def batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return pictures (BATCH, 3, h, w) 0..1 and cells (BATCH, 1, h / 8, w / 8)."""
        chosen = [self._made[k] for k in self._rng.integers(len(self._made), size=BATCH)]
        pictures = torch.from_numpy(np.stack([picture for picture, _ in chosen]))
        cells = torch.from_numpy(np.stack([c for _, c in chosen]))[:, None]
        pictures = pictures.permute(0, 3, 1, 2).float() / 255
        for axis in (2, 3):
            if self._rng.random() < 0.5:
                pictures, cells = pictures.flip(axis), cells.flip(axis)
        if self._rng.random() < 0.3:
            pictures, cells = pictures.transpose(2, 3), cells.transpose(2, 3)
        return pictures.contiguous(memory_format=torch.channels_last), cells


def train(pool: Pool, minutes: float, save: Callable[[Net], None]) -> None:
    """Train a network and save the exponential mean of its weights now and then.

    Args:
        pool: the training pictures.
        minutes: of training.
        save: called with the mean after every SAVED steps, and at the end.
    """
    net = Net().to(memory_format=torch.channels_last)
    mean = copy.deepcopy(net).eval()
    adam = torch.optim.AdamW(net.parameters(), PACE, betas=(0.9, 0.99), weight_decay=1e-3)
    pool.renew(200)
    began, step, shown = time.monotonic(), 0, 1.0
    while (done := (time.monotonic() - began) / (60 * minutes)) < 1:
        if step % RENEWAL == 0:
            pool.renew(1)
        pictures, cells = pool.batch()
        loss = loss_of(net(pictures), cells, strictness=done)
        fall = 0.5 + 0.5 * math.cos(math.pi * done)
        adam.param_groups[0]["lr"] = PACE * min(1, (step + 1) / 100) * fall
        adam.zero_grad()
        loss.backward()
        adam.step()
        step += 1
        keep = min(0.995, step / (step + 20))
        for old, new in zip(mean.state_dict().values(), net.state_dict().values(), strict=True):
            old.copy_(keep * old + (1 - keep) * new if old.is_floating_point() else new)
        shown = 0.98 * shown + 0.02 * loss.item()
        if step % SAVED == 0:
            print(f"step {step}, {done:.0%}: loss {shown:.3f}", flush=True)
            save(mean)
    save(mean)


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("fonts", type=Path, help="folder of font files")
    parser.add_argument("plain", type=Path, help="folder of photographs without lettering")
    parser.add_argument("boxed", type=Path, help=f"folder of the photographs in {BOXES.name}")
    parser.add_argument("weights", type=Path, help="file to write")
    parser.add_argument("--minutes", type=float, default=15, help="of training")
    arguments = parser.parse_args()
    torch.manual_seed(7)

    def photo(path: Path) -> np.ndarray:
        return np.asarray(Image.open(path).convert("RGB"))

    def save(net: Net) -> None:
        np.savez_compressed(arguments.weights, **weights_of(net))

    boxed = [
        (photo(arguments.boxed / name), boxes)
        for name, boxes in json.loads(BOXES.read_text()).items()
    ]
    plain = [photo(path) for path in sorted(arguments.plain.iterdir())]
    train(Pool(Words(arguments.fonts), plain, boxed), arguments.minutes, save)


if __name__ == "__main__":
    main()
