"""Settings of trained engines: presets, changed presets, and custom pipelines."""

import pytest

from diabelli.engines.diffusion.presets import PRESETS, StrengthMapping
from diabelli.errors import InvalidSettings
from diabelli.settings import Settings
from diabelli.settings.loading import load_settings

MINE = {"pipeline": "/srv/mine", "recipe": "unclip2"}


def settings(**values: object) -> Settings:
    return Settings.model_validate(values)


def test_a_preset_needs_no_entry():
    """It has the common run-time options."""
    plan = settings(dtype="float16", idle_unload_s=60).plan("kandinsky-2.2")
    assert plan.preset == PRESETS["kandinsky-2.2"]
    assert (plan.running.dtype, plan.running.idle_unload_s) == ("float16", 60)
    assert settings().plan("patch") is None


def test_an_entry_changes_a_preset():
    """Missing fields keep the values of the preset."""
    entry = {"steps": 12, "device": "cuda:1", "revision": "abc", "dial_low": 0.4}
    plan = settings(dtype="float16", device="cpu", engines={"kandinsky-2.2": entry}).plan(
        "kandinsky-2.2"
    )
    preset, known = plan.preset, PRESETS["kandinsky-2.2"]
    assert (preset.steps, preset.side, preset.encoder) == (12, known.side, known.encoder)
    assert (preset.pipeline.source, preset.pipeline.revision) == (known.pipeline.source, "abc")
    assert preset.dial == StrengthMapping(argument="strength", low=0.4, high=1.0)
    assert (plan.running.device, plan.running.dtype) == ("cuda:1", "float16")


def test_a_custom_pipeline_is_an_engine():
    """A directory and a recipe suffice; the recipe defines the strength."""
    plan = settings(engines={"mine": MINE}).plan("mine")
    assert (plan.name, plan.preset.pipeline.source) == ("mine", "/srv/mine")
    assert plan.preset.dial == StrengthMapping(argument="noise_level", low=0, high=999)
    turned = {**MINE, "dial": "guidance_scale", "dial_high": 3.0}
    assert settings(engines={"mine": turned}).plan("mine").preset.dial == StrengthMapping(
        argument="guidance_scale", low=10.0, high=3.0
    )


def test_an_adapter_is_configured_by_its_entry():
    """Its directory, file and encoder."""
    entry = {"pipeline": "a/b", "recipe": "ip", "adapter": "c/d", "adapter_file": "x.safetensors"}
    adapter = settings(engines={"mine": entry}).plan("mine").preset.adapter
    assert (adapter.weights.source, adapter.file) == ("c/d", "x.safetensors")


def test_a_licence_is_accepted_in_the_entry():
    """Other entries and settings do not accept it."""
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
def test_errors_have_their_place(engines, problem):
    """The message names the entry and the missing field."""
    with pytest.raises(InvalidSettings, match=problem):
        load_settings({"engines": engines})
