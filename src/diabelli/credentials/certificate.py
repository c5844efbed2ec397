"""Certificates of content credentials: the algorithm of a key, and a chain for tests."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from diabelli.credentials.extra import cryptography
from diabelli.errors import InvalidSettings

TEST_DAYS = 365
"""Days for which a certificate made by `make_chain` is valid."""
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_MIN_RSA_BITS = 2048
"""Bits; C2PA's lower bound."""


def signing_algorithm(certificate: bytes, key: bytes) -> str:
    """Return C2PA's name of the algorithm that belongs to a key.

    Args:
        certificate: PEM chain, the signer's certificate first.
        key: its private key, PEM, not encrypted.

    Raises:
        MissingExtra: the extra `c2pa` is not installed.
        InvalidSettings: one cannot be parsed, they do not match, or C2PA has no such algorithm.
    """
    x509, encoding = cryptography("x509"), cryptography("hazmat.primitives.serialization")
    try:
        signer = x509.load_pem_x509_certificates(certificate)[0]
    except (ValueError, IndexError) as cause:
        raise InvalidSettings(f"credentials_certificate has no PEM certificate: {cause}") from cause
    try:
        private = encoding.load_pem_private_key(key, None)
    except (ValueError, TypeError, cryptography("exceptions").UnsupportedAlgorithm) as cause:
        raise InvalidSettings(
            f"credentials_key has no PEM private key without a password: {cause}"
        ) from cause
    if private.public_key() != signer.public_key():
        raise InvalidSettings(
            "credentials_key does not belong to the first certificate of credentials_certificate"
        )
    return _algorithm_of(private)


def _algorithm_of(private: Any) -> str:
    primitives = "hazmat.primitives.asymmetric"
    if isinstance(private, cryptography(f"{primitives}.ed25519").Ed25519PrivateKey):
        return "ed25519"
    elliptic = cryptography(f"{primitives}.ec").EllipticCurvePrivateKey
    if isinstance(private, elliptic) and private.curve.name in _CURVES:
        return _CURVES[private.curve.name]
    rsa = cryptography(f"{primitives}.rsa").RSAPrivateKey
    if isinstance(private, rsa) and private.key_size >= _MIN_RSA_BITS:
        return "ps256"
    raise InvalidSettings(
        "credentials_key is of no type that C2PA accepts: Ed25519, an elliptic curve P-256, P-384 "
        f"or P-521, or RSA of at least {_MIN_RSA_BITS} bits"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateChain:
    """A certificate for tests, its key, and the root that issued it; all PEM."""

    certificate: bytes
    key: bytes
    root: bytes


def make_chain(organization: str, now: datetime.datetime) -> CertificateChain:
    """Return a new chain of two certificates, valid for `TEST_DAYS` from `now`.

    No verifier trusts it: anyone can make one with the same names. The root's key is discarded.

    Args:
        organization: name in both certificates.
        now: start of the validity, with a time zone.

    Raises:
        MissingExtra: the extra `c2pa` is not installed.
    """
    encoding = cryptography("hazmat.primitives.serialization")
    curves = cryptography("hazmat.primitives.asymmetric.ec")
    root_key, key = (curves.generate_private_key(curves.SECP256R1()) for _ in range(2))
    issuer = _name(organization, "Test root")
    root = _certificate(issuer, issuer, root_key.public_key(), root_key, now, is_root=True)
    subject = _name(organization, "Test signer")
    leaf = _certificate(subject, issuer, key.public_key(), root_key, now, is_root=False)
    pem = encoding.Encoding.PEM
    return CertificateChain(
        certificate=leaf.public_bytes(pem) + root.public_bytes(pem),
        key=key.private_bytes(pem, encoding.PrivateFormat.PKCS8, encoding.NoEncryption()),
        root=root.public_bytes(pem),
    )


def _name(organization: str, common: str) -> Any:
    x509, names = cryptography("x509"), cryptography("x509.oid").NameOID
    return x509.Name(
        [
            x509.NameAttribute(names.ORGANIZATION_NAME, organization),
            x509.NameAttribute(names.COMMON_NAME, common),
        ]
    )


def _certificate(
    subject: Any,
    issuer: Any,
    public: Any,
    issuer_key: Any,
    now: datetime.datetime,
    *,
    is_root: bool,
) -> Any:
    """Return a certificate with the extensions that C2PA requires (section "Certificate Profile").

    Its extended key usage is that of e-mail protection, which all verifiers accept.
    """
    x509 = cryptography("x509")
    usage = x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    builder = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=TEST_DAYS))
        .add_extension(x509.BasicConstraints(is_root, 0 if is_root else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(authority, critical=False)
    )
    if not is_root:
        purpose = cryptography("x509.oid").ExtendedKeyUsageOID.EMAIL_PROTECTION
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    return builder.sign(issuer_key, cryptography("hazmat.primitives.hashes").SHA256())
