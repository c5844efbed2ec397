"""Blocked end-users and pictures over HTTP, also blocked by another process during the run."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import time
from pathlib import Path

import httpx
import numpy as np
import openai
import pytest
from PIL import Image as Pillow
from PIL import ImageEnhance

from api.conftest import Serve
from api.wire import PATH, Server, check_error
from diabelli.ledger.blocklist_cache import CACHE_TTL_S
from diabelli.ledger.blocks import Blocks, sha256_of
from diabelli.pictures.blocklist_hashes import hashes_to_store
from oracles.sources import face, landscape, pebbles

SAFETY = "Your input image may contain content that is not allowed by our safety system."
COMMAND = Path(sys.executable).parent / "diabelli"


def png(image: np.ndarray | Pillow.Image, kind: str = "PNG", **options: int) -> bytes:
    """Return the image as a PNG file."""
    file = io.BytesIO()
    opened = image if isinstance(image, Pillow.Image) else Pillow.fromarray(image)
    opened.save(file, kind, **options)
    return file.getvalue()


def ask(server: Server, source: bytes, key: str | None = None, **fields: str) -> httpx.Response:
    """Send a request with these text fields."""
    texts = {name: (None, value) for name, value in {"size": "256x256", **fields}.items()}
    headers = {"authorization": f"Bearer {key}"} if key else {}
    url = server.url + PATH
    return httpx.post(url, files={**texts, "image": source}, headers=headers, timeout=30)


def check_refused(answer: httpx.Response) -> None:
    """Check that the response is the error of OpenAI's safety system."""
    code = "content_policy_violation"
    check_error(answer.status_code, answer.headers, answer.json(), 400, SAFETY, code=code)


def recompressed(image: np.ndarray) -> Pillow.Image:
    return Pillow.open(io.BytesIO(png(image, "JPEG", quality=30)))


COPIES = {
    "smaller": lambda image: Pillow.fromarray(image).resize((300, 300)),
    "recompressed": recompressed,
    "brighter": lambda image: ImageEnhance.Brightness(Pillow.fromarray(image)).enhance(1.2),
    "trimmed": lambda image: image[10:-10, 10:-10],
    "mirrored": lambda image: image[:, ::-1],
    "turned": lambda image: np.rot90(image),
    "grey": lambda image: Pillow.fromarray(image).convert("L"),
}


@pytest.fixture
def server(serve: Serve) -> Server:
    """A server with a blocked face."""
    started = serve()
    Blocks(started.database).block_picture(sha256_of(png(face(512))), hashes_to_store(face(512)))
    return started


def test_copies_of_a_blocked_picture_are_refused(server: Server) -> None:
    """After any of the usual edits, the response is the safety error."""
    for copy in COPIES.values():
        changed = copy(face(512))
        changed = changed if isinstance(changed, Pillow.Image) else np.ascontiguousarray(changed)
        check_refused(ask(server, png(changed)))


def test_the_blocked_file_itself_is_refused(server: Server) -> None:
    """This holds for every response format."""
    check_refused(ask(server, png(face(512))))
    check_refused(ask(server, png(face(512)), n="3", response_format="b64_json"))


def test_a_blocked_stream_is_refused(server: Server) -> None:
    """The refusal is a plain response without a variation."""
    answer = ask(server, png(face(300)), stream="true")
    assert "content_policy_violation" in answer.text
    assert SAFETY in answer.text
    assert "completed" not in answer.text


def test_other_pictures_are_varied(server: Server) -> None:
    """Similar pictures are no copies; broken pictures have their own error."""
    for image in (landscape(300), pebbles(300), np.full((64, 64, 3), 128, np.uint8)):
        assert ask(server, png(image)).status_code == 200
    assert ask(server, b"no picture").json()["error"]["code"] == "invalid_image_format"


def test_the_square_of_a_wide_picture_is_refused(serve: Serve) -> None:
    """The server accepts it only after a crop to a square."""
    server = serve()
    wide = np.hstack([landscape(400), pebbles(400)[:, :200]])
    Blocks(server.database).block_picture(sha256_of(png(wide)), hashes_to_store(wide))
    check_refused(ask(server, png(np.ascontiguousarray(wide[:, 100:500]))))


def test_a_blocked_user_is_refused(serve: Serve) -> None:
    """The response has OpenAI's shape; other users and requests without a user are served."""
    server = serve()
    Blocks(server.database).block_user("waltz")
    answer = ask(server, png(face(256)), user="waltz")
    check_error(
        answer.status_code,
        answer.headers,
        answer.json(),
        403,
        "The end-user that this request names is blocked on this server.",
        code="user_blocked",
        param="user",
    )
    assert ask(server, png(face(256)), user="polka").status_code == 200
    assert ask(server, png(face(256))).status_code == 200


def test_openais_client_raises_its_own_exceptions(serve: Serve) -> None:
    """Those for 403 and 400; it does not retry."""
    server = serve()
    Blocks(server.database).block_user("waltz")
    Blocks(server.database).block_picture(sha256_of(png(face(256))), [])
    with openai.OpenAI(base_url=server.base_url, api_key="any", max_retries=5) as client:
        with pytest.deprecated_call(), pytest.raises(openai.PermissionDeniedError):
            client.images.create_variation(image=png(pebbles(64)), user="waltz")
        with pytest.deprecated_call(), pytest.raises(openai.BadRequestError) as refused:
            client.images.create_variation(image=png(face(256)))
    assert refused.value.code == "content_policy_violation"


def test_a_user_is_blocked_under_one_key_alone(serve: Serve) -> None:
    """The keys of the settings count as one key named `settings`."""
    server = serve(api_keys=("right-key-1234",))
    blocks = Blocks(server.database)
    blocks.block_user("7", key="key_other")
    assert ask(server, png(face(256)), "right-key-1234", user="7").status_code == 200
    blocks.block_user("7", key="settings")
    time.sleep(CACHE_TTL_S + 0.1)
    assert ask(server, png(face(256)), "right-key-1234", user="7").status_code == 403


def test_a_blocked_user_costs_no_work(serve: Serve) -> None:
    """The refusal comes before the picture is decoded."""
    server = serve()
    Blocks(server.database).block_user("waltz")
    assert ask(server, b"no picture", user="waltz").status_code == 403


def test_a_refusal_is_in_the_ledger(server: Server) -> None:
    """The entry has the hashes of the source, so that the source can be found."""
    from api.variations.test_recording import entry_of

    source = png(face(300))
    entry = entry_of(server, ask(server, source, user="waltz"))
    assert (entry["status"], entry["error"], entry["user"]) == (400, "picture_blocked", "waltz")
    assert entry["sha256"] == hashlib.sha256(source).hexdigest()
    assert len(entry["pdq"]) == 64


@pytest.mark.slow
def test_another_process_blocks_and_unblocks(serve: Serve, tmp_path: Path) -> None:
    """A change takes effect within about a second, without a restart."""
    server = serve()
    picture = tmp_path / "face.png"
    picture.write_bytes(png(face(512)))

    def command(*words: str) -> None:
        subprocess.run([COMMAND, *words, "--data-dir", tmp_path], check=True, timeout=60)

    source, user = png(face(300)), "waltz"
    assert ask(server, source, user=user).status_code == 200
    command("block", "user", user)
    time.sleep(CACHE_TTL_S + 0.1)
    assert ask(server, source, user=user).status_code == 403
    command("unblock", "user", user)
    command("block", "picture", str(picture))
    time.sleep(CACHE_TTL_S + 0.1)
    check_refused(ask(server, source, user=user))
    command("unblock", "picture", str(picture))
    time.sleep(CACHE_TTL_S + 0.1)
    assert ask(server, source, user=user).status_code == 200
