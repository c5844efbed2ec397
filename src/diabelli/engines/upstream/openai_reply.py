"""Replies in the shape of OpenAI's image API: pictures and models."""

from __future__ import annotations

import binascii
from typing import Any

import pybase64

from diabelli.engines.upstream.picture_exchange import result_bytes
from diabelli.engines.upstream.protocol import Task, UpstreamModel
from diabelli.engines.upstream.transport import CHECK_S, Transport
from diabelli.errors import EngineFailed

MODELS = "v1/models"


async def pictures_of(reply: Any, task: Task, transport: Transport) -> list[bytes]:
    """Return the encoded pictures of a parsed reply, as many as it has.

    Args:
        reply: the parsed JSON.
        task: bounds the size of each picture.
        transport: fetches pictures that are given by their URL.

    Raises:
        EngineFailed: The reply has another shape, or a picture is not accepted.
    """
    data = reply.get("data") if isinstance(reply, dict) else None
    if not isinstance(data, list):
        raise EngineFailed("the upstream's reply has no list `data`")
    return [await _picture(item, task, transport) for item in data[: len(task.seeds)]]


async def _picture(item: Any, task: Task, transport: Transport) -> bytes:
    fields = item if isinstance(item, dict) else {}
    if isinstance(encoded := fields.get("b64_json"), str):
        return decode_base64(encoded)
    if not isinstance(url := fields.get("url"), str):
        raise EngineFailed("the upstream's reply has neither `b64_json` nor `url`")
    if url.startswith("data:"):
        return decode_base64(url)
    return await transport.fetch(url, limit_bytes=result_bytes(task.height, task.width))


def decode_base64(text: str) -> bytes:
    """Return the bytes of base64, which may be a data URL; raise `EngineFailed` for other text."""
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return pybase64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise EngineFailed("a picture in the upstream's reply is not base64") from cause


async def list_models(transport: Transport, path: str = MODELS) -> list[UpstreamModel]:
    """Return the models of `GET /v1/models`; entries of other shapes are skipped."""
    reply = (await transport.get(path, timeout_s=CHECK_S)).json()
    data = reply.get("data") if isinstance(reply, dict) else None
    return [
        _model(item)
        for item in (data if isinstance(data, list) else [])
        if isinstance(item, dict) and isinstance(item.get("id"), str)
    ]


def _model(item: dict[str, Any]) -> UpstreamModel:
    date, repeatable = item.get("shutdown_date"), item.get("repeatable")
    return UpstreamModel(
        id=item["id"],
        shutdown_date=date if isinstance(date, str) else None,
        repeatable=repeatable if isinstance(repeatable, bool) else None,
    )
