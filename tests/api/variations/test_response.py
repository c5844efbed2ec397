"""The reply: JSON whose pictures are encoded during sending."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from collections.abc import MutableMapping
from typing import Any

import pytest

from diabelli.api.context import VariationRequest
from diabelli.api.variations.response import JSONPartsResponse, build, iter_chunks
from diabelli.variation import EncodedVariation, VariationSpec

LONGEST = 300_000
"""No piece of a reply has more bytes."""


def reply_of(pictures: list[bytes], *, as_url: bool = False) -> JSONPartsResponse:
    """Return the reply with those pictures, or with links to them."""
    spec = VariationSpec(n=len(pictures), height=256, width=256, seed=1)
    wanted = VariationRequest(
        spec=spec,
        model="patch",
        user=None,
        engine="patch",
        as_url=as_url,
        stream=False,
        extended=True,
    )
    made = [
        EncodedVariation(
            seed=seed,
            picture=picture,
            output_format="png",
            key=f"key-{seed}" if as_url else None,
            height=256,
            width=256,
            transparent=False,
            moves=("layout",) if seed == 0 else (),
        )
        for seed, picture in enumerate(pictures)
    ]
    return build(made, wanted, created=1, url_of="http://host/{}".format)


def sent(reply: JSONPartsResponse) -> list[MutableMapping[str, Any]]:
    """Return the response's messages to the server."""
    messages: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError("nothing is asked of the client")

    async def send(message: MutableMapping[str, Any]) -> None:
        messages.append(message)

    asyncio.run(reply({"type": "http"}, receive, send))
    return messages


@pytest.mark.parametrize("size", [0, 1, 2, 3, 196_607, 196_608, 196_609, 1_000_000])
def test_pictures_of_any_size_arrive_whole(size: int) -> None:
    """This holds for any piece boundaries, and the announced length is right."""
    pictures = [secrets.token_bytes(size), b"small", secrets.token_bytes(size)]
    head, *body = sent(reply_of(pictures))
    content = b"".join(message["body"] for message in body)
    assert dict(head["headers"])[b"content-length"] == str(len(content)).encode()
    items = json.loads(content)["data"]
    assert [base64.b64decode(one["b64_json"], validate=True) for one in items] == pictures
    assert [one["seed"] for one in items] == [0, 1, 2]
    assert [one.get("moves") for one in items] == [["layout"], None, None]


def test_no_piece_is_long() -> None:
    """A reply of ten pictures is never in memory as a whole, unless requested."""
    reply = reply_of([bytes(1_000_000)] * 10)
    _, *body = sent(reply)
    assert max(len(message["body"]) for message in body) < LONGEST
    assert [message["more_body"] for message in body] == [True] * (len(body) - 1) + [False]
    assert b"".join(iter_chunks(reply.parts)) == b"".join(message["body"] for message in body)


def test_links_are_sent_in_one_piece() -> None:
    """A reply without pictures is one piece."""
    _, *body = sent(reply_of([b""] * 10, as_url=True))
    first, *rest = (message["body"] for message in body)
    assert [one["url"] for one in json.loads(first)["data"]][9] == "http://host/key-9"
    assert not any(rest)
