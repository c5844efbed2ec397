"""Content credentials: signed in every format, and verified by the library's own reader."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import c2pa
import httpx
import numpy as np
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api.engines import Shift
from api.wire import PATH, picture, serving
from diabelli import provenance
from diabelli.bootstrap import Components, build_quota, build_signer, open_ledger
from diabelli.credentials.certificate import CertificateChain, make_chain
from diabelli.credentials.reader import State, read
from diabelli.credentials.signer import CredentialSigner
from diabelli.errors import CredentialsFailed, InvalidSettings
from diabelli.pictures import LOCAL, Format, decode
from diabelli.pictures.xmp import read_xmp
from diabelli.service import Service
from diabelli.settings import Settings
from diabelli.storage import LocalStorage
from diabelli.variation import EngineInfo, Variation

FORMATS: list[Format] = ["png", "jpeg", "webp"]
ENGINE = EngineInfo(name="patch", version="5", summary="", trained=False)


def variation(*, trained: bool = False, side: int = 64) -> Variation:
    """Return a variation of noise."""
    image = np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)
    info = EngineInfo(name="patch", version="5", summary="", trained=trained)
    return Variation(image=image, seed=2**62, strength=0.5, engine=info, moves=("layout", "light"))


@pytest.fixture(scope="module")
def chain() -> CertificateChain:
    """A test certificate that is valid now."""
    return make_chain("Test studio", datetime.now(UTC))


@pytest.fixture(scope="module")
def signer(chain: CertificateChain) -> CredentialSigner:
    """A signer with that certificate."""
    return CredentialSigner(chain.certificate, chain.key)


def signed(signer: CredentialSigner, kind: Format = "png", **options: Any) -> bytes:
    """Return a signed variation."""
    made = variation(**options)
    return signer.sign(made.encode(kind), kind, made)


def manifest_of(data: bytes, kind: str) -> tuple[str | None, dict[str, Any]]:
    """Return the state and the active manifest, by the library's own reader."""
    with c2pa.Reader(f"image/{kind}", BytesIO(data)) as reader:
        manifest = reader.get_active_manifest()
        assert manifest is not None
        return reader.get_validation_state(), manifest


@pytest.mark.parametrize("kind", FORMATS)
def test_the_librarys_reader_verifies_every_format(signer: CredentialSigner, kind: Format) -> None:
    """The manifest states how the picture was created, and by which engine."""
    state, manifest = manifest_of(signed(signer, kind), kind)
    assert state == "Valid"
    assertions = {one["label"]: one["data"] for one in manifest["assertions"]}
    (action,) = assertions["c2pa.actions.v2"]["actions"]
    assert action["action"] == "c2pa.created"
    assert action["digitalSourceType"] == provenance.source_type(trained=False)
    assert action["softwareAgent"] == {"name": "Diabelli patch", "version": "5"}
    assert assertions["diabelli.recipe"] == {
        "engine": "patch",
        "version": "5",
        "seed": str(2**62),
        "strength": 0.5,
        "moves": ["layout", "light"],
    }
    assert manifest["claim_generator_info"][0]["name"] == "Diabelli"
    assert manifest["signature_info"]["issuer"] == "Test studio"


@pytest.mark.parametrize("kind", FORMATS)
def test_pixels_and_the_iptc_mark_stay(signer: CredentialSigner, kind: Format) -> None:
    """The manifest is added beside them."""
    made = variation()
    plain = made.encode(kind)
    data = signer.sign(plain, kind, made)
    np.testing.assert_array_equal(decode(data, LOCAL), decode(plain, LOCAL))
    assert provenance.read_packet(read_xmp(data) or b"")["seed"] == str(2**62)
    assert len(data) - len(plain) < 6000


def test_trained_engines_are_declared(signer: CredentialSigner) -> None:
    """Their source type differs."""
    found = read(signed(signer, trained=True))
    assert found is not None
    assert found.actions == (("c2pa.created", provenance.source_type(trained=True)),)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_changed_picture_is_invalid(signer: CredentialSigner, kind: Format) -> None:
    """One flipped bit of the pixels is found."""
    data = bytearray(signed(signer, kind))
    at = {"png": data.rfind(b"IDAT") + 3000, "jpeg": len(data) - 400, "webp": 400}[kind]
    data[at] ^= 1
    found = read(bytes(data))
    assert found is not None
    assert found.state is State.invalid
    assert "assertion.dataHash.mismatch" in found.problems


def test_a_root_makes_the_credentials_trusted(
    signer: CredentialSigner, chain: CertificateChain
) -> None:
    """Only the root that issued the certificate does."""
    data = signed(signer)
    for roots, state in (
        (None, State.valid),
        (chain.root, State.trusted),
        (make_chain("Test studio", datetime.now(UTC)).root, State.valid),
    ):
        found = read(data, roots=roots)
        assert found is not None
        assert (found.state, found.problems) == (state, ())


def test_a_picture_without_a_manifest_has_no_credentials() -> None:
    """Files of other formats have none either."""
    assert read(variation().encode("png")) is None
    assert read(b"GIF89a") is None


@pytest.mark.parametrize("cut", [30, 300, 2000])
def test_a_damaged_manifest_is_invalid_or_absent(signer: CredentialSigner, cut: int) -> None:
    """Damaged files raise no exception."""
    data = signed(signer)
    at = data.index(b"caBX")
    found = read(data[: at + cut])
    assert found is None or found.state is State.invalid


def test_several_threads_sign_at_once(signer: CredentialSigner) -> None:
    """Each picture has its own valid manifest."""
    made: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: made.extend(signed(signer) for _ in range(5)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    labels = {manifest_of(data, "png")[1]["label"] for data in made}
    assert len(labels) == len(made) == 15


def test_an_expired_certificate_is_refused_at_start() -> None:
    """The message names the reason."""
    old = make_chain("Test studio", datetime.now(UTC) - timedelta(days=800))
    with pytest.raises(InvalidSettings, match="not valid at time of signing"):
        CredentialSigner(old.certificate, old.key)


def test_a_certificate_that_expires_later_fails_the_request(
    chain: CertificateChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No picture is delivered without its credentials."""
    late = CredentialSigner(chain.certificate, chain.key)
    old = make_chain("Test studio", datetime.now(UTC) - timedelta(days=800))
    monkeypatch.setattr(late, "_certificate", old.certificate)
    monkeypatch.setattr(late, "_key", old.key)
    late._local = threading.local()
    with pytest.raises(CredentialsFailed, match="not valid at time of signing"):
        signed(late)


def pem_key(key: Any, password: bytes | None = None) -> bytes:
    """Return a private key as PEM."""
    encryption = (
        serialization.NoEncryption()
        if password is None
        else serialization.BestAvailableEncryption(password)
    )
    return bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    )


def test_unusable_files_are_refused_with_their_reason(chain: CertificateChain) -> None:
    """Another key, a password, a text, and an empty file."""
    other = ec.generate_private_key(ec.SECP256R1())
    for certificate, key, reason in (
        (chain.certificate, pem_key(other), "does not belong to the first certificate"),
        (chain.certificate, pem_key(other, b"secret"), "without a password"),
        (chain.certificate, b"hello", "no PEM private key"),
        (b"", chain.key, "no PEM certificate"),
        (chain.key, chain.key, "no PEM certificate"),
    ):
        with pytest.raises(InvalidSettings, match=reason):
            CredentialSigner(certificate, key)


def test_settings_need_both_files(tmp_path: Path) -> None:
    """One alone is refused, and so is one that cannot be read."""
    with pytest.raises(ValueError, match="belong together"):
        Settings(credentials_key=tmp_path / "key.pem")
    missing = Settings(
        credentials_key=tmp_path / "key.pem", credentials_certificate=tmp_path / "c.pem"
    )
    with pytest.raises(InvalidSettings, match=r"c\.pem cannot be read"):
        build_signer(missing)
    assert build_signer(Settings()) is None


@pytest.mark.parametrize("records_source", [True, False])
def test_a_server_signs_its_results(
    chain: CertificateChain, tmp_path: Path, records_source: bool
) -> None:
    """Over HTTP each result has credentials, and names its source if the operator wants that."""
    (tmp_path / "certificate.pem").write_bytes(chain.certificate)
    (tmp_path / "key.pem").write_bytes(chain.key)
    settings = Settings(
        data_dir=tmp_path,
        engine="shift",
        credentials_certificate=tmp_path / "certificate.pem",
        credentials_key=tmp_path / "key.pem",
        credentials_source=records_source,
    )
    source = picture()
    with ExitStack() as stack:
        storage = LocalStorage(tmp_path / "pictures", b"s" * 32, 60, limit_bytes=10**9)
        service = Service(
            engines={"shift": Shift()}, storage=storage, threads=2, signer=build_signer(settings)
        )
        stack.callback(service.close)
        service.warm_up()
        database = open_ledger(settings)
        stack.callback(database.close)
        parts = Components(
            service=service,
            storage=storage,
            database=database,
            quota=build_quota(settings, database),
        )
        server = stack.enter_context(serving(settings, parts))
        form = {"image": source, "size": (None, "256x256"), "seed": (None, "7")}
        reply = httpx.post(server.url + PATH, files=form).json()
        data = httpx.get(reply["data"][0]["url"]).content
    found = read(data, roots=chain.root)
    assert found is not None
    assert found.state is State.trusted
    assert found.recipe["seed"] == "7"
    digest = hashlib.sha256(source).hexdigest()
    assert found.sources == ((f"urn:sha256:{digest}",) if records_source else ())
    assert json.dumps(found.recipe)
