"""`POST /v1/images/edits`: the fields of each dialect, and the accepted replies."""

from __future__ import annotations

import json
import logging

import numpy as np
import pytest

from diabelli.engines.upstream.openai_edits import WORDINGS
from diabelli.engines.upstream.protocol import LOW_SEED_BITS
from diabelli.errors import ContentPolicyViolation, EngineFailed, InvalidSettings, UpstreamRefused
from diabelli.variation import MAX_SEED, Progress
from engines.making import made, square
from engines.upstream.conftest import MakeEdits
from engines.upstream.fakes.painting import opened
from oracles.sources import face

LOCAL = ("vllm-omni", "sglang", "ovms", "sd-server", "lemonade", "generic")
FIELDS = {
    "openai": {"image", "prompt", "n", "size", "model"},
    "vllm-omni": {"image", "prompt", "n", "size", "model", "response_format", "seed", "strength"},
    "sglang": {"image", "prompt", "n", "size", "response_format", "seed"},
    "ovms": {"image", "prompt", "n", "size", "model", "rng_seed", "strength"},
    "sd-server": {"image", "prompt", "n", "size"},
    "lemonade": {"image", "prompt", "n", "size", "model", "response_format", "seed"},
    "generic": {"image", "prompt", "n", "size", "response_format"},
}


@pytest.mark.parametrize("dialect", FIELDS)
def test_each_server_gets_the_fields_of_its_dialect(edits: MakeEdits, dialect: str) -> None:
    """No other field is sent, and the picture is a file with a name and a type."""
    upstream = edits(dialect)
    (one,) = made(upstream.engine, face(96), square(64))
    assert one.image.shape == (64, 64, 3)
    assert set(upstream.fake.fields[0]) == FIELDS[dialect]
    assert upstream.fake.files == ("source.png", "image/png")


@pytest.mark.parametrize("dialect", LOCAL)
def test_a_source_is_sent_as_rgb_at_the_working_size(edits: MakeEdits, dialect: str) -> None:
    """Also a grey one, which sd-server would skip."""
    upstream = edits(dialect)
    grey = np.repeat(face(90)[..., :1], 3, axis=2)
    made(upstream.engine, grey, square(32))
    sent = opened(upstream.fake.fields[0]["image"])
    assert (sent.mode, sent.size, sent.info) == ("RGB", (64, 64), {"srgb": 0})


@pytest.mark.parametrize("dialect", ["vllm-omni", "ovms", "sd-server"])
def test_strength_is_mapped_through_the_dial(edits: MakeEdits, dialect: str) -> None:
    """Its default ends at 0.85; options change both ends."""
    upstream = edits(dialect)
    for strength in (0.2, 1.0):
        made(upstream.engine, face(64), square(64, strength=strength))
    assert [one.strength for one in upstream.fake.made] == [0.33, 0.85]
    narrow = edits(dialect, dial_low=0.4, dial_high=0.5)
    made(narrow.engine, face(64), square(64, strength=1.0))
    assert narrow.fake.made[0].strength == 0.5


@pytest.mark.parametrize("dialect", ["vllm-omni", "sglang", "ovms", "sd-server", "lemonade"])
def test_each_variation_has_a_call_with_its_own_seed(edits: MakeEdits, dialect: str) -> None:
    """The low 31 bits are sent; the reply keeps the whole seed."""
    upstream = edits(dialect)
    found = made(upstream.engine, face(64), square(64, n=3, seed=MAX_SEED))
    assert upstream.engine.info.upstream.seed == "sent"
    assert found[0].seed == MAX_SEED
    sent = {one.seed for one in upstream.fake.made}
    assert sent == {one.seed & LOW_SEED_BITS for one in found}
    assert {form["n"] for form in upstream.fake.fields} == {"1"}


def test_openai_makes_all_variations_in_one_call(edits: MakeEdits) -> None:
    """It bills the source once for each call."""
    upstream = edits("openai")
    found = made(upstream.engine, face(64), square(256, n=4))
    assert (upstream.calls, len(found)) == (1, 4)
    assert upstream.fake.fields[0]["n"] == "4"
    assert upstream.fake.fields[0]["size"] == "816x816"
    assert all(one.image.shape == (256, 256, 3) for one in found)


def test_openai_gets_one_of_three_wordings_for_the_strength(edits: MakeEdits) -> None:
    """The words may be set."""
    upstream = edits("openai")
    for strength in (0.3, 0.5, 0.8):
        made(upstream.engine, face(64), square(64, strength=strength))
    assert [form["prompt"] for form in upstream.fake.fields] == list(WORDINGS)
    own = edits("openai", prompt=["a", "b", "c"], quality="low")
    made(own.engine, face(64), square(64, strength=1.0))
    assert (own.fake.fields[0]["prompt"], own.fake.fields[0]["quality"]) == ("c", "low")


def test_the_end_user_is_sent_to_openai_as_a_hash(edits: MakeEdits) -> None:
    """Equal users have equal hashes; others and other servers get none."""
    upstream, local = edits("openai"), edits("generic")
    for user in ("ann@example.org", "ann@example.org", "bob", None):
        spec = square(64)
        object.__setattr__(spec, "user", user)
        made(upstream.engine, face(64), spec)
        made(local.engine, face(64), spec)
    hashes = [form.get("safety_identifier") for form in upstream.fake.fields]
    assert hashes[0] == hashes[1] != hashes[2]
    assert len(hashes[0]) == 64
    assert hashes[3] is None
    assert not any("ann" in str(form) or "user" in form for form in upstream.fake.fields)
    assert all(set(form) == FIELDS["generic"] for form in local.fake.fields)


def test_previews_of_openai_are_progress(edits: MakeEdits) -> None:
    """Each picture has its own stream; a preview is decoded only if the callback asks for it."""
    upstream = edits("openai", partial_images=2)
    seen: list[Progress] = []

    def watch(progress: Progress) -> None:
        if progress.preview:
            assert progress.preview().shape == (256, 256, 3)
        seen.append(progress)

    made(upstream.engine, face(64), square(512, n=2), watch)
    assert [form["partial_images"] for form in upstream.fake.fields] == ["2", "2"]
    previews = [progress for progress in seen if progress.preview]
    assert {progress.index for progress in previews} == {0, 1}
    assert len(previews) >= 4


def test_strength_0_makes_no_call(edits: MakeEdits) -> None:
    """The source is returned."""
    upstream = edits("openai")
    (one,) = made(upstream.engine, face(64), square(64, strength=0))
    np.testing.assert_array_equal(one.image, face(64))
    assert upstream.app.seen == []


@pytest.mark.parametrize("size", [(200, 333), (1024, 64), (64, 1024), (512, 512)])
def test_the_size_for_openai_is_one_that_it_accepts(
    edits: MakeEdits, size: tuple[int, int]
) -> None:
    """The fake refuses others; the variation has the size requested."""
    upstream = edits("openai", side=1024)
    spec = square(64)
    for name, value in zip(("height", "width"), size, strict=True):
        object.__setattr__(spec, name, value)
    (one,) = made(upstream.engine, face(size[0])[:, : size[1]], spec)
    assert one.image.shape == (*size, 3)


def test_a_larger_picture_is_reduced_and_a_smaller_one_is_logged(
    edits: MakeEdits, caplog: pytest.LogCaptureFixture
) -> None:
    """An enlarged picture is reported once."""
    upstream = edits("generic", fake={"half": True})
    with caplog.at_level(logging.WARNING, "diabelli.upstream"):
        for _ in range(2):
            (one,) = made(upstream.engine, face(64), square(64))
            assert one.image.shape == (64, 64, 3)
    assert [r.getMessage() for r in caplog.records].count("upstream.picture_enlarged") == 1


def test_equal_pictures_for_different_seeds_are_logged(
    edits: MakeEdits, caplog: pytest.LogCaptureFixture
) -> None:
    """As from a server that ignores the field."""
    upstream = edits("lemonade", fake={"seed_ignored": True})
    with caplog.at_level(logging.WARNING, "diabelli.upstream"):
        made(upstream.engine, face(64), square(64, n=2))
    assert "upstream.same_picture_for_all_seeds" in caplog.messages


def test_missing_pictures_are_asked_for_again_where_that_is_free(edits: MakeEdits) -> None:
    """A paid server would be paid twice."""
    free = edits("generic", fake={"missing": 1}, paid=False)
    with pytest.raises(EngineFailed, match="0 pictures of 1"):
        made(free.engine, face(64), square(64))
    assert free.calls == 2
    paid = edits("openai", fake={"missing": 1})
    with pytest.raises(EngineFailed, match="2 pictures of 3"):
        made(paid.engine, face(64), square(64, n=3))
    assert paid.calls == 1


def test_surplus_pictures_are_dropped(edits: MakeEdits) -> None:
    """A request gets as many as it asked for."""
    upstream = edits("openai", fake={"extra": 2})
    assert len(made(upstream.engine, face(64), square(64, n=2))) == 2


@pytest.mark.parametrize("stage", ["input", "output"])
def test_a_rejected_picture_is_a_content_refusal(
    edits: MakeEdits, stage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The upstream's text is in the log only, and it is not asked again."""
    upstream = edits("openai", fake={"moderates": stage})
    with pytest.raises(ContentPolicyViolation) as refusal:
        made(upstream.engine, face(64), square(64))
    assert refusal.value.message == ContentPolicyViolation.default_message
    assert upstream.calls == 1
    (record,) = [one for one in caplog.records if one.getMessage() == "upstream.error"]
    assert stage in record.text
    assert "violence" in record.text


@pytest.mark.parametrize("money", ["insufficient_quota", "billing_hard_limit_reached"])
def test_an_empty_account_is_the_operators_matter(edits: MakeEdits, money: str) -> None:
    """It is not repeated, although the status is 429."""
    upstream = edits("openai", fake={"out_of_money": money})
    with pytest.raises(UpstreamRefused):
        made(upstream.engine, face(64), square(64))
    assert upstream.calls == 1


def test_openai_needs_a_model(edits: MakeEdits) -> None:
    """At the start."""
    with pytest.raises(InvalidSettings, match="needs `model`"):
        edits("openai", model=None)


@pytest.mark.parametrize(
    ("dialect", "steps", "guidance"),
    [("vllm-omni", "num_inference_steps", "guidance_scale"), ("lemonade", "steps", "cfg_scale")],
)
def test_steps_and_guidance_are_fields(
    edits: MakeEdits, dialect: str, steps: str, guidance: str
) -> None:
    """If they are set; otherwise the server's own hold."""
    plain, fast = edits(dialect), edits(dialect, steps=4, guidance=0.0)
    for upstream in (plain, fast):
        made(upstream.engine, face(64), square(64))
    assert plain.fake.fields[0].keys().isdisjoint({steps, guidance})
    assert (fast.fake.fields[0][steps], fast.fake.fields[0][guidance]) == ("4", "0")


def test_sd_server_gets_steps_and_guidance_inside_the_prompt(edits: MakeEdits) -> None:
    """Beside seed and strength, as its own API names them."""
    upstream = edits("sd-server", steps=4, guidance=1.5)
    made(upstream.engine, face(64), square(64, seed=7, strength=1.0))
    text = upstream.fake.fields[0]["prompt"].partition("<sd_cpp_extra_args>")[2]
    assert json.loads(text.removesuffix("</sd_cpp_extra_args>")) == {
        "seed": 7,
        "strength": 0.85,
        "sample_params": {"sample_steps": 4, "guidance": {"txt_cfg": 1.5}},
    }
