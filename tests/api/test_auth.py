"""Keys of the ledger over HTTP: valid at once, and revoked within a second."""

from __future__ import annotations

import time
from contextlib import ExitStack

import httpx
import openai
import pytest

from api.conftest import Serve, start
from api.engines import Gate
from api.wire import Server, check_error, picture
from diabelli.ledger.keys import IssuedKeys, Limits


def ask(server: Server, key: str | None = None) -> httpx.Response:
    """Request the list of models, which needs a key if any endpoint does."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return httpx.get(server.base_url + "/models", headers=headers)


def until(server: Server, key: str | None, status: int) -> float:
    """Return the seconds until the server responds with this status to the key; at most three."""
    started = time.monotonic()
    while ask(server, key).status_code != status:
        assert time.monotonic() < started + 3
        time.sleep(0.02)
    return time.monotonic() - started


@pytest.fixture
def issued(serve: Serve) -> tuple[Server, IssuedKeys]:
    """A server on a loopback address, and the keys in its ledger."""
    server = serve()
    return server, IssuedKeys(server.database)


def test_the_first_key_closes_an_open_server(issued: tuple[Server, IssuedKeys]) -> None:
    """Before the first key exists, all requests are served; afterwards a key is required."""
    server, keys = issued
    assert ask(server).status_code == 200
    assert ask(server, "anything").status_code == 200
    key = keys.create("web", Limits())
    assert until(server, None, 401) < 1.5
    assert ask(server, key).status_code == 200
    assert ask(server, "anything").status_code == 401
    keys.revoke("web")
    until(server, key, 401)
    assert ask(server).status_code == 401


def test_a_new_key_works_at_once(issued: tuple[Server, IssuedKeys]) -> None:
    """This includes a key that was refused a moment ago."""
    server, keys = issued
    keys.create("first", Limits())
    until(server, None, 401)
    assert ask(server, keys.create("second", Limits())).status_code == 200


def test_revoked_and_rotated_keys_are_refused_within_a_second(
    issued: tuple[Server, IssuedKeys],
) -> None:
    """The server needs no restart, and a rotated key works at once."""
    server, keys = issued
    old, other = keys.create("web", Limits()), keys.create("other", Limits())
    assert ask(server, old).status_code == ask(server, other).status_code == 200
    until(server, None, 401)
    new = keys.rotate("web")
    assert ask(server, new).status_code == 200
    assert until(server, old, 401) < 1.5
    keys.revoke("other")
    assert until(server, other, 401) < 1.5
    check_error(
        401,
        ask(server, other).headers,
        ask(server, other).json(),
        401,
        f"Incorrect API key provided: sk-dbl-****{other[-4:]}.",
        code="invalid_api_key",
    )


def test_keys_of_settings_and_ledger_are_equivalent(serve: Serve) -> None:
    """Bearer and Basic accept both."""
    server = serve(api_keys=("sk-given",))
    key = IssuedKeys(server.database).create("web", Limits())
    for good in ("sk-given", key):
        assert ask(server, good).status_code == 200
        assert httpx.get(server.base_url + "/models", auth=("", good)).status_code == 200
    assert ask(server).status_code == 401


def test_no_auth_ignores_keys(serve: Serve) -> None:
    """All requests are served, with or without keys in the ledger."""
    server = serve(auth="no-auth", host="0.0.0.0")
    IssuedKeys(server.database).create("web", Limits())
    assert ask(server).status_code == ask(server, "anything").status_code == 200


def test_a_public_address_requires_a_key(serve: Serve) -> None:
    """This holds even if no key exists."""
    assert ask(serve(host="0.0.0.0")).status_code == 401


def test_the_ledger_is_queried_once_a_second(
    issued: tuple[Server, IssuedKeys], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A valid key is cached."""
    server, keys = issued
    key = keys.create("web", Limits())
    asked: list[str] = []
    look = IssuedKeys.caller_of

    def counted(self: IssuedKeys, key: str) -> object:
        asked.append(key)
        return look(self, key)

    monkeypatch.setattr(IssuedKeys, "caller_of", counted)
    until(server, None, 401)
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}) as client:
        for _ in range(20):
            assert client.get(server.base_url + "/models").status_code == 200
    assert len(asked) <= 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_openais_client_with_a_key_of_the_ledger(tmp_path_factory: pytest.TempPathFactory) -> None:
    """It is authenticated, and gets AuthenticationError once the key is revoked."""
    with ExitStack() as stack:
        server = start(stack, tmp_path_factory.mktemp("keys"), {"host": "0.0.0.0"}, Gate())
        keys = IssuedKeys(server.database)
        key = keys.create("web", Limits())
        client = stack.enter_context(openai.OpenAI(api_key=key, base_url=server.base_url))
        assert client.images.create_variation(image=picture(), size="256x256").data
        keys.revoke("web")
        until(server, key, 401)
        with pytest.raises(openai.AuthenticationError, match=r"sk-dbl-\*\*\*\*"):
            client.images.create_variation(image=picture(), size="256x256")
