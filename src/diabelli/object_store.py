"""Opens buckets and folders by URL with obstore. The only module that imports obstore.

Credentials are those of each cloud's own conventions: environment variables, web identities,
container and instance roles. They are never part of a URL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.error import HTTPError
from urllib.parse import SplitResult, unquote
from urllib.request import Request, urlopen

from diabelli.errors import InvalidSettings, MissingExtra, StoreUnavailable
from diabelli.net import split_url

if TYPE_CHECKING:
    from obstore.store import ObjectStore as ObjectStore  # for annotations elsewhere

SCHEMES = ("s3://", "gs://", "az://", "file:///")
"""Starts of accepted URLs."""

TIMEOUT_S = 10
"""Timeout of one request to a bucket in seconds; a picture of 4 MB takes less on any line."""
CONNECT_TIMEOUT_S = 3
"""Timeout of one connection attempt to a bucket, in seconds."""
RETRIES = 3
"""Repetitions of a request after a connection error or a 5xx status."""
_MAX_REASON = 300
"""Characters of a reason in messages and logs; obstore's include the whole response."""


def is_object_store_url(text: str) -> bool:
    """Return whether a text is the URL of a bucket or folder, rather than a path."""
    return text.startswith(SCHEMES)


def url_of(location: str) -> str:
    """Return the URL of a folder's path or of a bucket, without a slash at its end."""
    if "://" in location:
        return location.rstrip("/")
    return Path(location).expanduser().resolve().as_uri()


def local_folder(url: str) -> Path | None:
    """Return the folder of a URL; None for a bucket."""
    parts = _split(url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _split(url: str) -> SplitResult:
    """Return the parts of a URL; raise `InvalidSettings` if it is malformed."""
    parts = split_url(url)
    if parts is None:
        raise InvalidSettings("the bucket's name in the URL of a store of objects is malformed")
    return parts


def open_object_store(url: str, *, timeout_s: float = TIMEOUT_S) -> ObjectStore:
    """Return the store of a URL, rooted at its prefix; makes no request.

    Args:
        url: `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`, `az://CONTAINER/PREFIX` or `file:///PATH`.
            The prefix may be empty; a missing folder is created.
        timeout_s: Timeout of one request to a bucket, and of its repetitions, in seconds.

    Raises:
        InvalidSettings: The URL is invalid, or the environment lacks a value such as the account.
        MissingExtra: obstore is not installed.
        StoreUnavailable: The folder cannot be created.
    """
    parts, folder = _split(url), local_folder(url)
    if not is_object_store_url(url) or parts.query or parts.fragment or "@" in parts.netloc:
        raise InvalidSettings(
            f"a store of objects starts with {', '.join(SCHEMES)} and has neither a query nor "
            "credentials, which come from the environment"
        )
    options: dict[str, Any] = {}
    if folder is not None:
        _create_folder(folder)
    else:
        options = {
            # Only an endpoint that the operator names with `http://` is reached without TLS.
            "client_options": {
                "allow_http": True,
                "connect_timeout": timedelta(seconds=CONNECT_TIMEOUT_S),
                "timeout": timedelta(seconds=timeout_s),
            },
            "retry_config": {
                "max_retries": RETRIES,
                "retry_timeout": timedelta(seconds=timeout_s),
            },
        }
    try:
        opened: ObjectStore = _obstore("store").from_url(url, **options)
    except (_obstore("exceptions").BaseError, ValueError) as cause:
        raise InvalidSettings(f"{url} cannot be used: {_reason_of(cause)}") from cause
    return opened


@contextmanager
def object_store_errors(problem: str, *, missing_passes: bool = True) -> Iterator[None]:
    """Translate errors of a store within the context.

    Args:
        problem: Start of the message, such as `the picture cannot be stored`.
        missing_passes: Whether `FileNotFoundError` passes unchanged, as for a read. A write raises
            it for a missing bucket.

    Raises:
        StoreUnavailable: The store failed, refused the request, or did not respond.
    """
    try:
        yield
    except FileNotFoundError as cause:
        if missing_passes:
            raise
        raise StoreUnavailable(f"{problem}: {_reason_of(cause)}") from cause
    except (_obstore("exceptions").BaseError, OSError, ValueError) as cause:
        raise StoreUnavailable(f"{problem}: {_reason_of(cause)}") from cause


def put_new(store: ObjectStore, key: str, content: bytes) -> bool:
    """Store an object whole; return false, and change nothing, if the key has one.

    Errors are those of the store: see `object_store_errors`.
    """
    try:
        store.put(key, content, mode="create")
    except _obstore("exceptions").AlreadyExistsError:
        return False
    return True


def presigned_url(
    store: ObjectStore, key: str, lifetime_s: int, method: Literal["GET", "HEAD", "PUT"] = "GET"
) -> str:
    """Return a URL that permits a method without credentials for some seconds. Not for folders.

    May request credentials or a signature from the cloud.

    Raises:
        StoreUnavailable: The store's credentials cannot sign.
    """
    with object_store_errors("the link cannot be signed"):
        url: str = _obstore("").sign(store, method, key, timedelta(seconds=lifetime_s))
    return url


def presigned_subresource(bucket: str, name: str, method: Literal["GET", "PUT"]) -> str:
    """Return a URL that permits a method on a subresource of an S3 bucket for some seconds.

    obstore signs requests of objects only, but with the credentials of all of AWS's conventions.
    So it gets an endpoint whose query names the subresource; the object's path becomes the value
    of another parameter. S3 ignores parameters that start with `x-`.

    Raises:
        InvalidSettings: The environment lacks a value.
        MissingExtra: obstore is not installed.
        StoreUnavailable: The credentials cannot sign.
    """
    store = open_object_store(f"s3://{bucket}")
    # The URL of an object states the host, and whether the bucket is part of it or of the path.
    address = presigned_url(store, "object", TIMEOUT_S).partition("?")[0].removesuffix("/object")
    signer = _obstore("store").S3Store(
        bucket,
        endpoint=f"{address}?{name}=&x-path=",
        virtual_hosted_style_request=True,
        client_options={"allow_http": True},
    )
    return presigned_url(signer, "none", TIMEOUT_S, method)


def expiry_of(store: ObjectStore, key: str) -> datetime | None:
    """Return when a rule of the bucket deletes an object; None if S3 names no rule.

    S3 states it as `x-amz-expiration: expiry-date="Fri, 21 Dec 2012 00:00:00 GMT", rule-id="..."`.
    Other clouds do not, and give None.

    Raises:
        StoreUnavailable: The object cannot be requested.
    """
    request = Request(presigned_url(store, key, TIMEOUT_S, "HEAD"), method="HEAD")  # noqa: S310
    with object_store_errors("the expiry cannot be read", missing_passes=False):
        try:
            # A URL of the bucket, as obstore signed it.
            response = urlopen(request, timeout=TIMEOUT_S)  # noqa: S310
        except HTTPError as refusal:
            refusal.close()
            raise
        with response:
            header = response.headers.get("x-amz-expiration", "")
        stated = re.search(r'expiry-date="([^"]+)"', header)
        return parsedate_to_datetime(stated[1]) if stated else None


def _create_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as cause:
        raise StoreUnavailable(f"the folder {path} cannot be made: {cause.strerror}") from cause


def _obstore(name: str) -> Any:
    """Return the module obstore, or one of its modules; raises `MissingExtra`."""
    try:
        return import_module(f"obstore.{name}" if name else "obstore")
    except ModuleNotFoundError as cause:
        raise MissingExtra(extra="s3", purpose="a bucket") from cause


def _reason_of(error: Exception) -> str:
    """Return the first line of an error, with no more than the code of the server's response."""
    reason = str(error).partition("\n")[0].partition(": <?xml")[0][:_MAX_REASON]
    code = re.search(r"<Code>(\w+)</Code>", str(error))
    return f"{reason} ({code[1]})" if code else reason
