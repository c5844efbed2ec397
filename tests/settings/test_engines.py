"""Settings of trained engines: presets as they are, changed, and pipelines of one's own."""

import pytest

from diabelli.engines.diffusion.presets import PRESETS, StrengthMapping
from diabelli.errors import InvalidSettings
from diabelli.settings import Settings
from diabelli.settings.loading import load_settings

MINE = {"pipeline": "/srv/mine", "recipe": "unclip2"}


def settings(**values: object) -> Settings:
    return Settings.model_validate(values)


def test_a_preset_needs_no_entry():
    """It is run as the settings say for all of them."""
    plan = settings(dtype="float16", idle_unload_s=60).plan("kandinsky-2.2")
    assert plan.preset == PRESETS["kandinsky-2.2"]
    assert (plan.running.dtype, plan.running.idle_unload_s) == ("float16", 60)
    assert settings().plan("patch") is None


def test_an_entry_changes_a_preset():
    """What it does not say stays as it was, of the weights and of how they are run."""
    entry = {"steps": 12, "device": "cuda:1", "revision": "abc", "dial_low": 0.4}
    plan = settings(dtype="float16", device="cpu", engines={"kandinsky-2.2": entry}).plan(
        "kandinsky-2.2"
    )
    preset, known = plan.preset, PRESETS["kandinsky-2.2"]
    assert (preset.steps, preset.side, preset.encoder) == (12, known.side, known.encoder)
    assert (preset.pipeline.source, preset.pipeline.revision) == (known.pipeline.source, "abc")
    assert preset.dial == StrengthMapping(argument="strength", low=0.4, high=1.0)
    assert (plan.running.device, plan.running.dtype) == ("cuda:1", "float16")


def test_a_pipeline_of_ones_own_is_an_engine():
    """A folder and a recipe are enough; the recipe says what strength means."""
    plan = settings(engines={"mine": MINE}).plan("mine")
    assert (plan.name, plan.preset.pipeline.source) == ("mine", "/srv/mine")
    assert plan.preset.dial == StrengthMapping(argument="noise_level", low=0, high=999)
    turned = {**MINE, "dial": "guidance_scale", "dial_high": 3.0}
    assert settings(engines={"mine": turned}).plan("mine").preset.dial == StrengthMapping(
        argument="guidance_scale", low=10.0, high=3.0
    )


def test_an_adapter_is_found_where_the_entry_says():
    """Its folder, its file and its encoder."""
    entry = {"pipeline": "a/b", "recipe": "ip", "adapter": "c/d", "adapter_file": "x.safetensors"}
    adapter = settings(engines={"mine": entry}).plan("mine").preset.adapter
    assert (adapter.weights.source, adapter.file) == ("c/d", "x.safetensors")


def test_a_licence_is_accepted_in_the_entry():
    """And nowhere else."""
    assert not settings().plan("flux-redux").accepted
    accepted = settings(engines={"flux-redux": {"licence_accepted": True}})
    assert accepted.plan("flux-redux").accepted


@pytest.mark.parametrize(
    ("engines", "problem"),
    [
        ({"mine": {"recipe": "image"}}, "'mine' needs `pipeline` and `recipe`.*kandinsky-2.2"),
        ({"mine": {"pipeline": "a/b"}}, "'mine' needs `pipeline` and `recipe`"),
        ({"mine": {**MINE, "recipe": "ip"}}, "'mine' has the recipe 'ip' and needs `adapter`"),
        ({"mine": {**MINE, "recipe": "redux"}}, "needs `encoder`"),
        ({"patch": MINE}, "the embedded engine's name"),
        ({"mine": {**MINE, "recipe": "magic"}}, r"engines\.mine\.recipe: .*'unclip2'"),
        ({"mine": {**MINE, "stepz": 3}}, r"engines\.mine\.stepz: Extra inputs"),
        ({"mine": {**MINE, "device": "tpu"}}, r"engines\.mine\.device"),
    ],
)
def test_slips_are_told_with_their_place(engines, problem):
    """The operator reads which entry is meant and what is missing."""
    with pytest.raises(InvalidSettings, match=problem):
        load_settings({"engines": engines})
