"""The size limit of the storage, over HTTP."""

from __future__ import annotations

import re

import httpx

from api.conftest import Serve
from api.engines import Gate
from api.wire import PATH, Server, check_error, picture
from diabelli.api.errors.responses import STORE_FULL_RETRY_S

ONE_PICTURE_GB = 256 * 256 * 4 / 1e9


def ask(server: Server, *, key: str | None = None, **fields: str) -> httpx.Response:
    """Request a small variation, perhaps under an Idempotency-Key."""
    headers = {"idempotency-key": key} if key else {}
    form = {"size": "256x256", **fields}
    return httpx.post(server.url + PATH, files={"image": picture()}, data=form, headers=headers)


def check_full(answer: httpx.Response) -> None:
    """The response is the refusal of a full storage."""
    message = (
        "the storage of result pictures is full: pictures are removed when their links expire; "
        "retry later, or use response_format=b64_json without an Idempotency-Key"
    )
    check_error(
        answer.status_code,
        answer.headers,
        answer.json(),
        503,
        message,
        kind="server_error",
        code="store_full",
    )
    assert answer.headers["retry-after"] == str(STORE_FULL_RETRY_S)


def test_a_full_storage_refuses_before_any_work(serve: Serve, gate: Gate) -> None:
    """The engine is not entered; a reply without stored pictures is still served."""
    server = serve(store_limit_gb=ONE_PICTURE_GB / 2)
    check_full(ask(server, model="gate"))
    check_full(ask(server, model="gate", response_format="b64_json", key="a-key"))
    assert not gate.entered.is_set()
    assert ask(server, response_format="b64_json").status_code == 200


def test_requests_that_fit_are_served(serve: Serve) -> None:
    """Links work, and the metrics show the limit."""
    server = serve(store_limit_gb=4 * ONE_PICTURE_GB)
    answer = ask(server, n="2")
    assert answer.status_code == 200
    assert [httpx.get(one["url"]).status_code for one in answer.json()["data"]] == [200, 200]
    check_full(ask(server, n="4"))
    metrics = httpx.get(server.url + "/metrics").text
    (limit,) = re.findall(r"^diabelli_store_limit_bytes (\S+)$", metrics, re.MULTILINE)
    assert float(limit) == round(4e9 * ONE_PICTURE_GB)
