"""Previews: of the right image, at the right size, and only if allowed."""

import time
from dataclasses import replace

import diffusers
import numpy as np
import pytest
import torch

from diabelli import pictures
from diabelli.engines.diffusion.engine import native_size
from diabelli.engines.diffusion.latents import LatentLayout, SchedulerStep, predict_x0
from diabelli.engines.diffusion.presets import PRESETS
from diabelli.engines.diffusion.previews import SIDE, TIMES, LatentToRGB, Previews
from diabelli.variation import VariationSpec
from engines.diffusion.tiny import STEPS
from engines.making import made, square
from oracles.sources import face, landscape

pytestmark = pytest.mark.slow

CHECKED = "sd-image-variations"
"""It comes with a safety checker."""
DECODED = "sd15-lcm"
"""Its tiny autoencoder decodes previews."""
SHOWN = sorted(PRESETS.keys() - {CHECKED})
SCHEDULERS = {
    "DDIMScheduler": {"clip_sample": False},
    "DDPMScheduler": {"clip_sample": False},
    "PNDMScheduler": {"skip_prk_steps": True},
    "EulerDiscreteScheduler": {},
    "EulerAncestralDiscreteScheduler": {},
    "DPMSolverMultistepScheduler": {},
    "UniPCMultistepScheduler": {},
}


class Looking:
    """A progress callback that renders every preview."""

    def __init__(self) -> None:
        self.seen = []

    def __call__(self, progress) -> None:
        if progress.preview is not None:
            self.seen.append((progress.index, progress.preview()))

    def of(self, index):
        """Return the previews of one image, in order."""
        return [image for number, image in self.seen if number == index]


def most_similar(previews, images) -> list[int]:
    """Return for each preview the index of the most similar image, without their common part."""
    smaller = [pictures.cover(image, *previews[0].shape[:2]) for image in images]
    shown, made = (np.stack(found).reshape(len(found), -1) * 1.0 for found in (previews, smaller))
    return list(np.argmax((shown - shown.mean(0)) @ (made - made.mean(0)).T, axis=1))


@pytest.mark.parametrize("name", SHOWN)
def test_every_image_has_previews(tiny, engine_of, name):
    """After the first batch, each preview has its index and resembles its final image most.

    A tiny autoencoder also shows the first batch.
    """
    engine = engine_of(replace(tiny(name), steps=20), batch=4)
    first, then = Looking(), Looking()
    made(engine, face(64), square(64, n=3), first)
    variations = made(engine, face(64), square(64, n=3), then)
    assert bool(first.seen) == (name == DECODED)
    assert all(TIMES // 2 <= len(then.of(index)) <= TIMES for index in range(3))
    last = [then.of(index)[-1] for index in range(3)]
    assert most_similar(last, [variation.image for variation in variations]) == [0, 1, 2]


def test_a_tiny_autoencoder_decodes_previews(tiny, engine_of, monkeypatch):
    """The last preview of the first picture is that picture; larger ones are decoded smaller."""
    engine = engine_of(replace(tiny(DECODED), side=64))
    look = Looking()
    (variation,) = made(engine, face(64), square(64), look)
    assert np.abs(look.of(0)[-1] - variation.image.astype(float)).mean() < 3
    monkeypatch.setattr("diabelli.engines.diffusion.previews.SIDE", 32)
    look = Looking()
    made(engine, face(64), square(64), look)
    assert look.of(0)[-1].shape == (32, 32, 3)


def test_requests_that_share_a_batch_get_their_previews(tiny, engine_of):
    """The first row of a request is not the first row of its batch."""
    engine = engine_of(replace(tiny("kandinsky-2.2"), steps=6), batch=8)
    made(engine, landscape(64), square(32, n=4))
    pipeline = engine._batcher._pipelines.get(engine._plan)
    last = []

    def look(number, steps, preview):
        last[:] = [preview(row) for row in range(2)] if preview else last

    images = pipeline(
        [face(32), landscape(32)], [1, 1], height=32, width=32, strength=0.5, on_step=look
    )
    assert most_similar(last, images) == [0, 1]


@pytest.mark.parametrize(("height", "width"), [(64, 128), (300, 100)])
def test_previews_have_the_aspect_of_the_native_size(tiny, engine_of, height, width):
    """This includes latents that are a plain sequence."""
    engine = engine_of(tiny("flux-redux"))
    look = Looking()
    for _ in range(2):
        made(engine, face(64), VariationSpec(height=height, width=width, seed=1), look)
    rows, columns = native_size(tiny("flux-redux"), height, width)
    assert [image.shape for image in look.of(0)] == [(rows // 2, columns // 2, 3)] * STEPS


def test_a_safety_checker_disables_previews(tiny, engine_of):
    """The checker runs on the final image, after the previews would have been sent."""
    look = Looking()
    for _ in range(2):
        made(engine_of(tiny(CHECKED)), face(64), square(32), look)
    assert look.seen == []


def test_the_fit_outlives_the_weights(tiny, engine_of, bench):
    """A reloaded pipeline has previews of its first image."""
    engine = engine_of(tiny("kandinsky-2.2"), idle_unload_s=0.01)
    made(engine, face(64), square(32))
    until = time.monotonic() + 10
    while engine._batcher._pipelines._loaded and time.monotonic() < until:
        time.sleep(0.01)
    look = Looking()
    made(engine, face(64), square(32), look)
    assert len(bench.loaded) == 2
    assert look.seen


def test_engines_loaded_at_start_show_the_first_image(tiny, engine_of):
    """They are fitted to the image of the warm-up."""
    engine = engine_of(tiny("stable-unclip-2.1"), load="start")
    engine.warm_up()
    look = Looking()
    made(engine, face(64), square(32), look)
    assert look.seen


def test_previews_do_not_change_the_result(tiny, engine_of):
    """The pictures are the same bytes."""
    engine = engine_of(tiny("sdxl-ip-adapter"))
    unseen, seen = (made(engine, face(64), square(32), look)[0] for look in (print, Looking()))
    np.testing.assert_array_equal(unseen.image, seen.image)


# Of diffusers, where it makes an array of a tensor.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("kind", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("name", SCHEDULERS)
def test_epsilon_prediction_gives_the_clean_latents(name, kind):
    """If the network predicts the noise, the clean latents are recovered at every step."""
    scheduler = getattr(diffusers, name)(prediction_type=kind, **SCHEDULERS[name])
    scheduler.set_timesteps(10)
    clean, noise = torch.randn(2, 2, 4, 8, 8)
    for time_ in scheduler.timesteps[:3]:
        sample = scheduler.add_noise(clean, noise, time_[None])
        scaled = scheduler.scale_model_input(sample, time_)
        kept = scheduler.alphas_cumprod[int(time_)]
        output = noise if kind == "epsilon" else kept**0.5 * noise - (1 - kept) ** 0.5 * clean
        assert scaled.shape == output.shape
        after = scheduler.step(output, time_, sample, return_dict=False)
        for row in range(2):
            found = predict_x0(scheduler, SchedulerStep(output, time_, sample, after), row)
            torch.testing.assert_close(found, clean[row], atol=0.02, rtol=0.02)


def test_flow_prediction_gives_the_clean_latents():
    """If the network predicts the velocity, the clean latents are recovered."""
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True)
    scheduler.set_timesteps(sigmas=[1.0, 0.7, 0.3], mu=0.8)
    clean, noise = torch.randn(2, 2, 16, 4)
    for time_ in scheduler.timesteps:
        sample = scheduler.scale_noise(clean, time_[None], noise)
        after = scheduler.step(noise - clean, time_, sample, return_dict=False)
        found = predict_x0(scheduler, SchedulerStep(noise - clean, time_, sample, after), 1)
        torch.testing.assert_close(found, clean[1], atol=1e-4, rtol=1e-4)


def test_a_linear_map_is_found():
    """From a few images, of which none has all colours."""
    random = np.random.default_rng(0)
    truth = random.normal(size=(5, 3))
    projection = LatentToRGB()
    assert not projection.known
    for channel in range(4):
        latents = np.zeros((50, 4))
        latents[:, channel] = random.normal(size=50)
        projection.learn(latents, np.column_stack([latents, np.ones(50)]) @ truth)
    latents = random.normal(size=(9, 4))
    expected = np.column_stack([latents, np.ones(9)]) @ truth
    np.testing.assert_allclose(projection(latents), expected, atol=0.01)


def test_latents_are_unpacked():
    """Packing is inverted, also if a token holds four pixels."""
    image = face(24)[:16]
    for grid in (LatentLayout(16, 24, 1), LatentLayout(8, 12, 2)):
        np.testing.assert_array_equal(grid.from_cells(grid.to_cells(image)), image)


def test_unknown_latent_layouts_have_no_preview():
    """Those of a video, or of a sequence that fills no rectangle."""
    assert LatentLayout.of((4, 2, 8, 8), 64, 64) is None
    assert LatentLayout.of((7, 16), 64, 64) is None
    assert LatentLayout.of((8, 16), 64, 128) == LatentLayout(2, 4, 2)


def test_previews_are_small():
    """The size is bounded for any latents."""

    class Pipe:
        scheduler = diffusers.FlowMatchEulerDiscreteScheduler()

    previews = Previews(Pipe)
    Pipe.scheduler.set_timesteps(2)
    previews.begin(4096, 2048)
    for time_ in Pipe.scheduler.timesteps:
        Pipe.scheduler.step(torch.zeros(1, 4, 512, 256), time_, torch.zeros(1, 4, 512, 256))
    previews.learn([np.full((4096, 2048, 3), 50, np.uint8)])
    preview = previews.at(2, 2)(0)
    assert preview.shape == (SIDE, SIDE // 2, 3)
    assert preview.max() <= 51
