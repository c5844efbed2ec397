"""Reads and verifies the content credentials of a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any

from diabelli.credentials.extra import c2pa

_MAGIC = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_UNTRUSTED = "signingCredential.untrusted"


class State(StrEnum):
    """Result of the verification."""

    trusted = "trusted"
    """Intact, and signed by a certificate that the given roots issued."""
    valid = "valid"
    """Intact, and signed by a certificate that no given root issued: anyone may have made it."""
    invalid = "invalid"
    """Changed after it was signed, or not signed correctly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The active manifest of a picture.

    Attributes:
        state: result of the verification.
        problems: C2PA's codes of all failures but an untrusted certificate.
        signer: name of the organization in the certificate.
        generator: program that made the claim, and its version.
        actions: names of the recorded actions, each with its digital source type or "".
        recipe: the recipe of a variation; empty for other programs' manifests.
        sources: identifiers of the ingredients.
    """

    state: State
    problems: tuple[str, ...]
    signer: str
    generator: str
    actions: tuple[tuple[str, str], ...]
    recipe: Mapping[str, Any]
    sources: tuple[str, ...]


def read(picture: bytes, *, roots: bytes | None = None) -> Credentials | None:
    """Return the content credentials of an encoded picture; None if it has none.

    Nothing is fetched from the network: neither remote manifests nor revocation lists.

    Args:
        picture: PNG, JPEG or WebP; other formats count as without credentials.
        roots: PEM certificates of trusted issuers.

    Raises:
        MissingExtra: the extra `c2pa` is not installed.
    """
    kind = _media_type(picture)
    library = c2pa()
    if kind is None:
        return None
    settings: dict[str, Any] = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    if roots is not None:
        settings["trust"] = {"trust_anchors": roots.decode()}
    try:
        context = library.Context.from_dict(settings)
        with library.Reader(kind, BytesIO(picture), context=context) as reader:
            return _parsed(json.loads(reader.json()), reader.get_validation_state())
    except library.C2paError.ManifestNotFound:
        return None
    except library.C2paError as cause:
        return _unreadable(str(cause))


def _media_type(picture: bytes) -> str | None:
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC if picture.startswith(magic)), None)


def _parsed(store: Mapping[str, Any], state: str | None) -> Credentials:
    manifest = store.get("manifests", {}).get(store.get("active_manifest"), {})
    codes = [status["code"] for status in store.get("validation_status", ())]
    data = {one["label"]: one.get("data", {}) for one in manifest.get("assertions", ())}
    actions = data.get("c2pa.actions.v2", data.get("c2pa.actions", {})).get("actions", ())
    generator = (manifest.get("claim_generator_info") or [{}])[0]
    return Credentials(
        state=State(state.lower()) if state else State.invalid,
        problems=tuple(code for code in codes if code != _UNTRUSTED),
        signer=manifest.get("signature_info", {}).get("issuer", ""),
        generator=f"{generator.get('name', '')} {generator.get('version', '')}".strip(),
        actions=tuple((one["action"], one.get("digitalSourceType", "")) for one in actions),
        recipe=data.get("diabelli.recipe", {}),
        sources=tuple(one.get("instance_id", "") for one in manifest.get("ingredients", ())),
    )


def _unreadable(problem: str) -> Credentials:
    return Credentials(
        state=State.invalid,
        problems=(problem,),
        signer="",
        generator="",
        actions=(),
        recipe={},
        sources=(),
    )
