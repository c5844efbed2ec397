"""`diabelli storage check`: try the bucket of the settings, and its rule for old pictures."""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console

from diabelli.cli.examples import examples
from diabelli.cli.exit_codes import FAILED
from diabelli.cli.options import AsJson, Config, print_json
from diabelli.errors import InvalidParameter

if TYPE_CHECKING:
    from diabelli.object_store import ObjectStore
    from diabelli.settings import Settings
    from diabelli.storage.lifecycle import LifecycleRule

app = typer.Typer(no_args_is_help=True)
_console = Console(highlight=False, soft_wrap=True)
_WORDS = {True: "ok  ", False: "FAIL", None: "?   "}


@app.callback()
def _storage() -> None:
    """The bucket of result pictures."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check.

    Attributes:
        name: of the check.
        ok: whether it passed; None if this cloud does not show it.
        detail: one sentence.
    """

    name: str
    ok: bool | None
    detail: str


@app.command(epilog=examples("storage check"))
def check(
    set_rule: Annotated[
        bool,
        typer.Option(
            "--set-rule", help="First set the rule, on S3; other rules of the bucket are kept."
        ),
    ] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Check the bucket: write, list, read and delete an object, and look for its expiry rule.

    S3 and some compatible servers state the rule that applies to an object. The rule is printed
    with the command of the cloud's own tool; that replaces the other rules of the bucket.
    """
    from diabelli.settings.loading import load_settings
    from diabelli.storage.lifecycle import lifecycle_rule

    settings = load_settings({}, config)
    if settings.storage is None:
        raise InvalidParameter(
            "the setting storage names no bucket: set it to s3://BUCKET/PREFIX, gs:// or az://"
        )
    rule = lifecycle_rule(settings.storage, settings.lifetime_s)
    checks = [_set_rule(settings.storage, rule)] if set_rule else []
    checks += _checks(settings, settings.storage, rule_is_new=set_rule)
    if as_json:
        found = {"checks": [asdict(each) for each in checks], "rule": rule and asdict(rule)}
        print_json({"storage": settings.storage, **found})
    else:
        _print(checks, rule)
    if any(each.ok is False for each in checks):
        raise typer.Exit(FAILED)


def _set_rule(url: str, rule: LifecycleRule | None) -> Check:
    """Set the rule of an S3 bucket.

    Raises:
        InvalidParameter: The rule cannot be set, or would delete other objects.
        StoreUnavailable: A request fails, with its reason.
    """
    from diabelli.storage.lifecycle import RULE_ID
    from diabelli.storage.s3_lifecycle import set_rule

    if rule is None:
        raise InvalidParameter(f"--set-rule needs a bucket, and {url} is a folder")
    if not url.startswith("s3:"):
        raise InvalidParameter(
            f"--set-rule works on S3 only: write the rule that `diabelli storage check` prints "
            f"into rule.json and run `{rule.command}`, which replaces the other rules of {url}"
        )
    if not rule.prefix:
        raise InvalidParameter(
            f"--set-rule needs a prefix, as in s3://BUCKET/PREFIX: below {url} the rule would "
            "delete every object of the bucket"
        )
    kept = set_rule(urlsplit(url).netloc, rule)
    return Check(
        "rule",
        True,
        f"The rule {RULE_ID} deletes objects below {rule.prefix} after {rule.days} d; other rules "
        f"kept: {kept}.",
    )


def _checks(settings: Settings, url: str, *, rule_is_new: bool) -> list[Check]:
    """Return the checks of an object that is written and deleted below the prefix.

    Args:
        settings: of the server.
        url: of the bucket.
        rule_is_new: whether the rule has just been set, so that S3 may not apply it yet.

    Raises:
        StoreUnavailable: a request fails, with its reason.
    """
    from diabelli.object_store import object_store_errors, open_object_store

    store, folder, content = open_object_store(url), f"check-{secrets.token_hex(8)}", b"works"
    key, began = f"{folder}/object", time.monotonic()
    with object_store_errors("an object cannot be written", missing_passes=False):
        store.put(key, content, use_multipart=False)
    try:
        with object_store_errors("objects cannot be listed", missing_passes=False):
            listed = [each["path"] for page in store.list(folder) for each in page] == [key]
        with object_store_errors("the object cannot be read", missing_passes=False):
            same = bytes(store.get(key).bytes()) == content
        took_ms = 1000 * (time.monotonic() - began)
        expiry = _expiry(settings, store, key, rule_is_new=rule_is_new)
    finally:
        with object_store_errors("the object cannot be deleted", missing_passes=False):
            store.delete(key)
    return [
        Check("write", True, f"{url} accepts objects; three requests took {took_ms:.0f} ms."),
        Check("list", listed, f"A new object is {'listed' if listed else 'missing in the list'}."),
        Check("read", same, f"The object has {'its' if same else 'other'} content."),
        expiry,
    ]


def _expiry(settings: Settings, store: ObjectStore, key: str, *, rule_is_new: bool) -> Check:
    """Return whether the bucket's rule for an object fits the settings."""
    from diabelli.object_store import expiry_of

    by_rule = settings.storage_expiry == "lifecycle"
    if not (settings.storage or "").startswith("s3:"):
        ok = None if by_rule else True
        return Check("expiry", ok, "This kind of bucket does not state its rules.")
    expiry = expiry_of(store, key)
    if expiry is None and rule_is_new:
        return Check("expiry", None, "The bucket does not state the new rule yet; check it later.")
    if expiry is None:
        return Check("expiry", not by_rule, "The bucket states no rule that deletes pictures.")
    left_s = expiry.timestamp() - time.time()
    detail = f"A rule of the bucket deletes pictures after {left_s / 3600:.0f} hours"
    if left_s < settings.lifetime_s:
        return Check("expiry", False, f"{detail}, before their links expire.")
    return Check("expiry", True, f"{detail}.")


def _print(checks: list[Check], rule: LifecycleRule | None) -> None:
    for each in checks:
        _console.print(f"{_WORDS[each.ok]}  {each.name}: {each.detail}", markup=False)
    if rule is not None:
        _console.print(f"\nThe rule for pictures older than {rule.days} d, as rule.json:\n")
        _console.print(rule.document, markup=False)
        _console.print(f"\nIt replaces all rules of the bucket:\n\n  {rule.command}", markup=False)
