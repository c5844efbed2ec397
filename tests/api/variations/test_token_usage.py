"""`usage` in the reply: only for models that the settings meter."""

from __future__ import annotations

import httpx
import pytest
from openai import OpenAI
from pydantic import ValidationError

from api.conftest import Serve
from api.wire import PATH, Server, picture
from diabelli.settings import Settings

RULE = {"source": 85, "variation": {"256x256": 100, "512x512": 200, "1024x1024": 400}}
METERING = {"metering": {"dall-e-2": RULE}}


def usage(server: Server, **fields: str) -> object:
    """Return the token usage of the reply, or None."""
    form = {name: (None, value) for name, value in fields.items()}
    files = {**form, "image": picture()}
    answer = httpx.post(server.url + PATH, files=files)
    assert answer.status_code == 200
    return answer.json().get("usage")


def test_a_metered_model_has_every_field(serve: Serve) -> None:
    """The source counts once, each variation by its size, and text counts 0."""
    server = serve(**METERING)
    assert usage(server, n="3", size="512x512") == {
        "input_tokens": 85,
        "input_tokens_details": {"image_tokens": 85, "text_tokens": 0},
        "output_tokens": 600,
        "output_tokens_details": {"image_tokens": 600, "text_tokens": 0},
        "total_tokens": 685,
    }
    assert usage(server, strength="0", size="256x256")["total_tokens"] == 185


def test_other_models_have_no_usage(serve: Serve, server: Server) -> None:
    """Models without a rule, and servers without rules, report no tokens."""
    assert usage(serve(**METERING), model="shift") is None
    assert usage(server) is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_strict_clients_accept_usage(serve: Serve) -> None:
    """OpenAI's client validates the reply strictly, and returns the numbers."""
    server = serve(**METERING)
    with OpenAI(
        base_url=server.base_url, api_key="any", _strict_response_validation=True
    ) as client:
        reply = client.images.create_variation(image=picture(), n=2, size="256x256")
    assert reply.usage is not None
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (85, 200)
    assert reply.usage.total_tokens == 285


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"dall-e-9": RULE}, "the models are dall-e-2"),
        (
            {"dall-e-2": {"source": 1, "variation": {"256x256": 1}}},
            "no value for 512x512, 1024x1024",
        ),
        ({"dall-e-2": {**RULE, "source": -1}}, "greater than or equal to 0"),
        ({"dall-e-2": {**RULE, "per_word": 1}}, "not permitted"),
        ({"dall-e-2": {"source": 1, "variation": {"2x2": 1}}}, "1024x1024"),
    ],
)
def test_an_invalid_rule_stops_the_start(rules: object, said: str) -> None:
    """A rule names an existing model and every size, with integers."""
    with pytest.raises(ValidationError, match=said):
        Settings(metering=rules)
