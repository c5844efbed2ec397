"""Signs content credentials into encoded pictures."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from hashlib import sha256
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from diabelli import pictures, provenance
from diabelli.credentials.certificate import signing_algorithm
from diabelli.credentials.extra import c2pa
from diabelli.errors import CredentialsFailed, InvalidSettings
from diabelli.pictures import Format
from diabelli.variation import EngineInfo, Variation
from diabelli.version import __version__

RECIPE = "diabelli.recipe"
"""Label of the assertion with the recipe."""
_SETTINGS = {
    # A thumbnail would add kilobytes to each picture and shows nothing new.
    "builder": {"thumbnail": {"enabled": False}},
    # `check` verifies one picture at start; verifying each would double the time.
    "verify": {"verify_after_sign": False},
}


class CredentialSigner:
    """Signs pictures with one certificate, on any number of threads.

    Attributes:
        records_source: whether the manifest names the SHA-256 of the source as an ingredient.
    """

    def __init__(self, certificate: bytes, key: bytes, *, records_source: bool = False) -> None:
        """Check the certificate and its key by signing a picture of one pixel.

        Args:
            certificate: PEM chain, the signer's certificate first.
            key: its private key, PEM, not encrypted.
            records_source: see above.

        Raises:
            MissingExtra: the extra `c2pa` is not installed.
            InvalidSettings: certificate and key cannot sign.
        """
        self._algorithm = signing_algorithm(certificate, key)
        self._certificate, self._key = certificate, key
        self.records_source = records_source
        self._local = threading.local()
        self._check()

    @classmethod
    def from_files(
        cls,
        certificate: str | PathLike[str],
        key: str | PathLike[str],
        *,
        records_source: bool = False,
    ) -> CredentialSigner:
        """Return the signer of two PEM files.

        Args:
            certificate: path of the chain, the signer's certificate first.
            key: path of its private key, not encrypted.
            records_source: whether the manifest names the SHA-256 of the source file.

        Raises:
            MissingExtra: the extra `c2pa` is not installed.
            InvalidSettings: the files cannot be read, or cannot sign.
        """
        try:
            pems = Path(certificate).read_bytes(), Path(key).read_bytes()
        except OSError as cause:
            raise InvalidSettings(f"{cause.filename} cannot be read: {cause.strerror}") from cause
        return cls(*pems, records_source=records_source)

    def attach(self, variation: Variation, source: bytes | None) -> Variation:
        """Return the variation with credentials: its `encode` signs.

        Args:
            variation: decoded.
            source: content of the source file; None if the source was no file, and is not named.
        """
        digest = None
        if source is not None and self.records_source:
            digest = sha256(source).hexdigest()
        return replace(variation, sign=partial(self.sign, source_sha256=digest))

    def sign(
        self,
        picture: bytes,
        output_format: Format,
        variation: Variation,
        source_sha256: str | None = None,
    ) -> bytes:
        """Return the picture with a signed manifest.

        Args:
            picture: encoded, without a manifest.
            output_format: its format.
            variation: the decoded variation.
            source_sha256: hexadecimal SHA-256 of the source file, if `records_source`.

        Raises:
            CredentialsFailed: the picture cannot be signed, for example after the certificate's
                last day.
        """
        library = c2pa()
        signed = BytesIO()
        try:
            signer, context = self._of_this_thread()
            with library.Builder(self._manifest(variation, source_sha256), context=context) as made:
                made.sign(signer, f"image/{output_format}", BytesIO(picture), signed)
        except library.C2paError as cause:
            raise CredentialsFailed(
                f"the content credentials of a picture cannot be signed: {cause}"
            ) from cause
        return signed.getvalue()

    def _of_this_thread(self) -> tuple[Any, Any]:
        """Return signer and context; native objects are not shared between threads."""
        if not hasattr(self._local, "pair"):
            library = c2pa()
            info = library.C2paSignerInfo(self._algorithm, self._certificate, self._key, None)
            context = library.Context.from_dict(_SETTINGS)
            self._local.pair = library.Signer.from_info(info), context
        pair: tuple[Any, Any] = self._local.pair
        return pair

    def _manifest(self, variation: Variation, source_sha256: str | None) -> dict[str, Any]:
        engine = variation.engine
        created = {
            "action": "c2pa.created",
            "digitalSourceType": provenance.source_type(trained=engine.trained),
            "softwareAgent": {"name": f"Diabelli {engine.name}", "version": engine.version},
        }
        recipe = {
            "engine": engine.name,
            "version": engine.version,
            # JavaScript would round a larger integer.
            "seed": str(variation.seed),
            "strength": variation.strength,
            "moves": list(variation.moves),
        }
        manifest: dict[str, Any] = {
            "claim_generator_info": [{"name": "Diabelli", "version": __version__}],
            "title": f"variation {variation.seed}",
            "assertions": [
                {"label": "c2pa.actions.v2", "data": {"actions": [created]}},
                {"label": RECIPE, "data": recipe},
            ],
        }
        if source_sha256 is not None:
            source = {"title": "source", "relationship": "inputTo"}
            manifest["ingredients"] = [{**source, "instance_id": f"urn:sha256:{source_sha256}"}]
        return manifest

    def _check(self) -> None:
        """Sign and verify one pixel."""
        from diabelli.credentials.reader import State, read

        info = EngineInfo(name="check", version="0", summary="", trained=False)
        pixel = Variation(image=np.zeros((1, 1, 3), np.uint8), seed=0, strength=0.0, engine=info)
        try:
            found = read(self.sign(pictures.encode(pixel.image, "png"), "png", pixel))
        except CredentialsFailed as cause:
            raise InvalidSettings(
                f"the certificate of the content credentials cannot sign: {cause.__cause__}"
            ) from cause
        if found is None or found.state is State.invalid:
            problems = ", ".join(found.problems) if found else "no manifest was written"
            raise InvalidSettings(
                f"the certificate of the content credentials signs invalid manifests: {problems}"
            )
