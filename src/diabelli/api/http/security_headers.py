"""Headers that tell browsers what an answer may not be used for."""

from __future__ import annotations

from collections.abc import Iterable

Header = tuple[bytes, bytes]

NOTHING = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The policy of an answer that brings none of its own: it is data, and loads and sends nothing."""
HSTS = b"max-age=31536000"


def default_headers(public_url: str | None) -> tuple[Header, ...]:
    """What every answer carries, where it says nothing else itself.

    public_url: as the settings have it; browsers keep to https where it is https.
    """
    https = (public_url or "").startswith("https://")
    return (
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", NOTHING),
        (b"referrer-policy", b"no-referrer"),
        *(((b"strict-transport-security", HSTS),) if https else ()),
    )


def with_defaults(headers: Iterable[Header], protecting: Iterable[Header]) -> list[Header]:
    """The headers of an answer, and those of `protecting` that it has not set itself."""
    own = list(headers)
    names = {name.lower() for name, _ in own}
    return [*own, *(header for header in protecting if header[0] not in names)]


def docs_csp(style: str, public_url: str | None) -> str:
    """The policy of a page of ours that has one inline style and forms, and nothing else.

    style: a source of CSP, such as a hash. public_url: where the forms are sent, if not here.
    """
    origin = "/".join((public_url or "").split("/")[:3])
    return (
        f"default-src 'none'; style-src {style}; form-action 'self' {origin}".rstrip()
        + "; frame-ancestors 'none'; base-uri 'none'"
    )
