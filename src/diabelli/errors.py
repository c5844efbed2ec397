"""Every exception that Diabelli raises on purpose, by who can act on it.

    DiabelliError
    ├── CallerError              the caller can mend it
    │   ├── InvalidParameter     a value outside what is accepted
    │   ├── UnknownEngine        no engine goes by that name
    │   ├── InvalidPicture       the source cannot be read as a picture that is accepted
    │   │   ├── PictureTooLarge  more bytes or more pixels than the limit
    │   │   └── NotSquare        a square picture is asked for
    │   ├── ContentRefused       a safety checker refused what was made of the source
    │   │   └── PictureBlocked   the operator blocked the source, or a picture that looks like it
    │   ├── UserBlocked          the operator blocked the end-user
    │   ├── LinkRefused          a link to a result picture that was not signed here, or was altered
    │   ├── LinkExpired          a link to a result picture whose time is over
    │   ├── PictureNotFound      no result picture is kept under that name
    │   └── QuotaExceeded        more images than a key or an end-user may ask for
    ├── OperatorError            the person who runs the program can mend it
    │   ├── InvalidSettings      settings that contradict each other or cannot be read
    │   ├── AddressUnavailable   the address to serve on is taken or is not this machine's
    │   ├── MissingExtra         an optional part is not installed
    │   ├── WeightsMissing       an engine's weights are not on this machine
    │   ├── WeightsUnusable      an engine's weights are damaged, or are not what the settings say
    │   ├── LicenceNotAccepted   an engine's weights have a licence that must be accepted first
    │   ├── HubUnavailable       weights cannot be fetched
    │   ├── MemoryExceeded       an engine needs more memory than there is, or than it may take
    │   ├── StoreUnavailable     result pictures cannot be written or read
    │   ├── LedgerUnavailable    the ledger cannot be written or read
    │   └── QuotaUnavailable     what was asked for so far cannot be counted
    ├── EngineFailed             nobody can mend it: a fault of ours
    └── Cancelled                the work was no longer wanted

A message says what was wrong, the value seen, and what would be accepted.
`code` is stable and meant for programs; `param` names the field at fault, where there is one.
"""

from __future__ import annotations

from typing import ClassVar


class DiabelliError(Exception):
    """Something went wrong in Diabelli."""

    code: ClassVar[str] = "diabelli_error"

    def __init__(self, message: str | None = None, *, param: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().partition("\n")[0])
        self.param = param

    @property
    def message(self) -> str:
        """The sentence that a person reads."""
        return str(self.args[0])


class ClientError(DiabelliError):
    """The request cannot be carried out as it stands."""

    code = "invalid_request"


class InvalidParameter(ClientError):
    """A parameter has a value that is not accepted."""

    code = "invalid_parameter"


class UnknownEngine(ClientError):
    """No engine goes by that name."""

    code = "unknown_engine"


class InvalidPicture(ClientError):
    """The source cannot be read as a picture."""

    code = "invalid_picture"


class PictureTooLarge(InvalidPicture):
    """The source has more bytes or more pixels than the limit."""

    code = "picture_too_large"


class NotSquare(InvalidPicture):
    """The source must be square."""

    code = "not_square"

    def __init__(self, *, width: int, height: int) -> None:
        super().__init__(
            f"the source must be square, got {width}x{height}; crop it, or let `fit` do so"
        )
        self.width = width
        self.height = height


class ContentPolicyViolation(ClientError):
    """Your input image may contain content that is not allowed by our safety system."""

    code = "content_policy_violation"


class PictureBlocked(ContentPolicyViolation):
    """Your input image may contain content that is not allowed by our safety system."""

    code = "picture_blocked"


class UserBlocked(ClientError):
    """The end-user that this request names is blocked on this server."""

    code = "user_blocked"


class InvalidSignature(ClientError):
    """The link was not signed by this server, or was altered since."""

    code = "link_refused"


class LinkExpired(ClientError):
    """The time of the link is over."""

    code = "link_expired"


class PictureNotFound(ClientError):
    """No picture is kept under that name."""

    code = "picture_not_found"


class QuotaExceeded(ClientError):
    """A limit of the key or the end-user leaves no room for these images.

    Attributes:
        subject: whose limit it is, `key` or `user`.
        per: `minute`, `day`, or `once` for images that are made at the same time.
        limit, used, asked: images: allowed, counted already, and asked for.
        wait_s: how long until the request fits; None: it never does.
        reset_s: how long until nothing counts any more, if nothing else is asked for.
    """

    code = "quota_exceeded"

    def __init__(
        self,
        *,
        subject: str,
        per: str,
        limit: int,
        used: int,
        asked: int,
        wait_s: float | None,
        reset_s: float,
    ) -> None:
        when = "ask for fewer" if wait_s is None else f"ask again in {wait_s:.0f} s"
        often = "at once" if per == "once" else f"per {per}"
        super().__init__(
            f"the {subject}'s limit is {limit} images {often}: {used} count already and {asked} "
            f"more are asked for; {when}"
        )
        self.subject, self.per = subject, per
        self.limit, self.used, self.asked = limit, used, asked
        self.wait_s, self.reset_s = wait_s, reset_s


class OperatorError(DiabelliError):
    """The installation cannot do this as it stands."""

    code = "installation"


class InvalidSettings(OperatorError):
    """The settings cannot be used."""

    code = "invalid_settings"


class AddressUnavailable(OperatorError):
    """The server cannot listen on that address."""

    code = "address_unavailable"


class MissingExtra(OperatorError):
    """An optional part of Diabelli is not installed."""

    code = "missing_extra"

    def __init__(self, *, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs an extra: pip install 'diabelli[{extra}]'")
        self.extra = extra


class WeightsMissing(OperatorError):
    """The engine's weights are not on this machine."""

    code = "weights_missing"


class InvalidWeights(OperatorError):
    """The engine's weights cannot be used."""

    code = "weights_unusable"


class LicenceNotAccepted(OperatorError):
    """The licence of the engine's weights must be accepted first."""

    code = "licence_not_accepted"


class HubUnavailable(OperatorError):
    """The weights cannot be fetched."""

    code = "hub_unavailable"


class OutOfMemory(OperatorError):
    """The engine needs more memory than there is."""

    code = "memory_exceeded"


class StoreUnavailable(OperatorError):
    """Result pictures cannot be written or read."""

    code = "store_unavailable"


class LedgerUnavailable(OperatorError):
    """The ledger cannot be written or read."""

    code = "ledger_unavailable"


class QuotaUnavailable(OperatorError):
    """What was asked for so far cannot be counted."""

    code = "quota_unavailable"


class EngineFailed(DiabelliError):
    """The engine failed while it made a variation."""

    code = "engine_failed"


class Cancelled(DiabelliError):
    """The work was cancelled because nobody waits for it."""

    code = "cancelled"
