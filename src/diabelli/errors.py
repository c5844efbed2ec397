"""Exceptions of Diabelli, grouped by who can act on them.

    DiabelliError
    ├── ClientError                 the caller can correct the request
    │   ├── InvalidParameter        a value outside the accepted range
    │   ├── UnknownEngine           no engine has that name
    │   ├── InvalidPicture          the source cannot be decoded as an accepted picture
    │   │   ├── PictureTooLarge     more bytes or more pixels than the limit
    │   │   │   └── TooManyPixels   more pixels than the limit, however few bytes
    │   │   └── NotSquare           width and height differ where a square is required
    │   ├── ContentPolicyViolation  a safety checker rejected a result
    │   │   └── PictureBlocked      the operator blocked the source or a similar picture
    │   ├── UserBlocked             the operator blocked the end-user
    │   ├── InvalidSignature        a result link with a missing or wrong signature
    │   ├── LinkExpired             a result link past its expiry time
    │   ├── PictureNotFound         no stored result picture has that name
    │   └── QuotaExceeded           more images than a key or an end-user may request
    ├── OperatorError               the operator can correct the installation
    │   ├── InvalidSettings         settings that contradict each other or cannot be parsed
    │   ├── AddressUnavailable      the listen address is in use or not local
    │   ├── MissingExtra            an optional dependency is not installed
    │   ├── WeightsMissing          an engine's weights are not on this machine
    │   ├── InvalidWeights          an engine's weights are damaged or do not match the settings
    │   ├── LicenceNotAccepted      the licence of an engine's weights must be accepted first
    │   ├── HubUnavailable          weights cannot be downloaded
    │   ├── UpstreamUnavailable     an image server does not respond or is busy
    │   ├── UpstreamRefused         an image server rejects the key, the model or the account
    │   ├── ClusterUnavailable      a Ray cluster, or an engine on it, cannot be reached
    │   │   └── ClusterBusy         all replicas of an engine are busy and their queue is full
    │   ├── ClusterRefused          a Ray cluster may not be used: a token is missing, a port closed
    │   ├── VersionMismatch         server and replica have different versions of Diabelli
    │   ├── OutOfMemory             an engine needs more memory than is free or allowed
    │   ├── MemoryUnavailable       too little memory is free for a request
    │   ├── StoreUnavailable        result pictures cannot be written or read
    │   │   └── StoreFull           the size limit of the storage is reached
    │   ├── CredentialsFailed       content credentials cannot be signed
    │   ├── LedgerUnavailable       the ledger cannot be written or read
    │   └── QuotaUnavailable        the quota counters cannot be written or read
    ├── EngineFailed                an internal fault of an engine
    │   └── UpstreamInterrupted     a call that may have been paid for has no result
    └── Cancelled                   the work was cancelled

A message states the problem, the value seen and what would be accepted. `code` is stable and meant
for programs; `param` names the field at fault. Default messages are class attributes, because
docstrings are removed under `python -OO`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal


class DiabelliError(Exception):
    """Base class of all exceptions that Diabelli raises on purpose.

    Attributes:
        code: stable identifier, for logs, metrics and programs.
        default_message: message of an instance that is created without one.
        param: name of the request field at fault, or None.
    """

    code: ClassVar[str] = "diabelli_error"
    default_message: ClassVar[str] = "Diabelli failed."

    def __init__(self, message: str | None = None, *, param: str | None = None) -> None:
        super().__init__(message or self.default_message)
        self.param = param

    @property
    def message(self) -> str:
        """Message for people."""
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        """Support pickling."""
        return restore, (type(self), self.args, self.__dict__)


def restore(
    kind: type[DiabelliError], args: Sequence[Any], attributes: Mapping[str, Any]
) -> DiabelliError:
    """Return an exception of another process, from its type, `args` and `__dict__`.

    The default of pickling would call `__init__`, whose arguments differ.
    """
    fault = kind.__new__(kind, *args)
    fault.args = tuple(args)
    fault.__dict__.update(attributes)
    return fault


class ClientError(DiabelliError):
    """The request is invalid."""

    code = "invalid_request"
    default_message = "The request is invalid."


class InvalidParameter(ClientError):
    """A parameter has a value that is not accepted."""

    code = "invalid_parameter"
    default_message = "A parameter has a value that is not accepted."


class UnknownEngine(ClientError):
    """No engine has that name."""

    code = "unknown_engine"
    default_message = "No engine has that name."


class InvalidPicture(ClientError):
    """The source cannot be decoded as a picture."""

    code = "invalid_picture"
    default_message = "The source cannot be decoded as a picture."


class PictureTooLarge(InvalidPicture):
    """The source has more bytes or more pixels than the limit."""

    code = "picture_too_large"
    default_message = "The source has more bytes or more pixels than the limit."


class TooManyPixels(PictureTooLarge):
    """The source has more pixels than the limit."""

    code = "too_many_pixels"
    default_message = "The source has more pixels than the limit."


class NotSquare(InvalidPicture):
    """The source is not square.

    Attributes:
        width, height: size of the source in pixels.
    """

    code = "not_square"
    default_message = "The source is not square."

    def __init__(self, *, width: int, height: int) -> None:
        super().__init__(
            f"the source must be square, got {width}x{height}; crop it, or set `fit` to crop or pad"
        )
        self.width = width
        self.height = height


class ContentPolicyViolation(ClientError):
    """A safety checker rejected a result."""

    code = "content_policy_violation"
    default_message = (
        "Your input image may contain content that is not allowed by our safety system."
    )


class PictureBlocked(ContentPolicyViolation):
    """The operator blocked the source or a similar picture."""

    code = "picture_blocked"


class UserBlocked(ClientError):
    """The operator blocked the end-user that the request names."""

    code = "user_blocked"
    default_message = "The end-user that this request names is blocked on this server."


class InvalidSignature(ClientError):
    """The signature of the link is missing or wrong."""

    code = "link_refused"
    default_message = "The signature of the link is missing or wrong."


class LinkExpired(ClientError):
    """The link has expired."""

    code = "link_expired"
    default_message = "The link has expired."


class PictureNotFound(ClientError):
    """No stored picture has that name."""

    code = "picture_not_found"
    default_message = "No stored picture has that name."


class QuotaExceeded(ClientError):
    """The limit of the key or the end-user does not allow this many more images.

    Attributes:
        subject: owner of the limit, `key` or `user`.
        per: `minute`, `day`, or `concurrent` for images in progress at the same time.
        limit, used, asked: numbers of images: allowed, already counted, and requested.
        wait_s: seconds until the request fits; None if it never fits.
        reset_s: seconds until the count is zero, without further requests.
    """

    code = "quota_exceeded"
    default_message = "The limit of images is exceeded."

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
        advice = "request fewer" if wait_s is None else f"retry in {wait_s:.0f} s"
        period = "at once" if per == "concurrent" else f"per {per}"
        super().__init__(
            f"the {subject}'s limit is {limit} images {period}: {used} are counted already and "
            f"{asked} more are requested; {advice}"
        )
        self.subject, self.per = subject, per
        self.limit, self.used, self.asked = limit, used, asked
        self.wait_s, self.reset_s = wait_s, reset_s


class OperatorError(DiabelliError):
    """The installation is not able to do this."""

    code = "installation"
    default_message = "The installation is not able to do this."


class InvalidSettings(OperatorError):
    """The settings cannot be used."""

    code = "invalid_settings"
    default_message = "The settings cannot be used."


class AddressUnavailable(OperatorError):
    """The server cannot listen on that address."""

    code = "address_unavailable"
    default_message = "The server cannot listen on that address."


class MissingExtra(OperatorError):
    """An optional dependency is not installed.

    Attributes:
        extra: name of the extra to install.
    """

    code = "missing_extra"
    default_message = "An optional dependency is not installed."

    def __init__(self, *, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs an extra: pip install 'diabelli[{extra}]'")
        self.extra = extra


class WeightsMissing(OperatorError):
    """The engine's weights are not on this machine."""

    code = "weights_missing"
    default_message = "The engine's weights are not on this machine."


class InvalidWeights(OperatorError):
    """The engine's weights cannot be used."""

    code = "weights_unusable"
    default_message = "The engine's weights cannot be used."


class LicenceNotAccepted(OperatorError):
    """The licence of the engine's weights must be accepted first."""

    code = "licence_not_accepted"
    default_message = "The licence of the engine's weights must be accepted first."


class HubUnavailable(OperatorError):
    """The weights cannot be downloaded."""

    code = "hub_unavailable"
    default_message = "The weights cannot be downloaded."


class UpstreamUnavailable(OperatorError):
    """The engine's image server does not respond or is busy.

    Attributes:
        retry_after_s: seconds until a retry may work.
        reason: `unsent`: there is no connection; `busy`: the server asks for a later repetition;
            `broken`: the connection has ended after the request; `other`: anything else.
    """

    code = "upstream_unavailable"
    default_message = "The engine's image server does not respond or is busy."

    def __init__(
        self,
        message: str | None = None,
        *,
        retry_after_s: int = 30,
        reason: Literal["unsent", "busy", "broken", "other"] = "other",
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.reason = reason


class UpstreamRefused(OperatorError):
    """The engine's image server rejects the key, the model or the account."""

    code = "upstream_refused"
    default_message = "The engine's image server rejects the key, the model or the account."


class ClusterUnavailable(OperatorError):
    """The Ray cluster, or the engine on it, cannot be reached.

    Attributes:
        retry_after_s: seconds until a retry may work.
    """

    code = "cluster_unavailable"
    default_message = "The Ray cluster, or the engine on it, cannot be reached."

    def __init__(self, message: str | None = None, *, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ClusterBusy(ClusterUnavailable):
    """All replicas of the engine are busy and their queue is full."""

    code = "cluster_busy"
    default_message = "All replicas of the engine are busy and their queue is full."


class ClusterRefused(OperatorError):
    """The Ray cluster may not be used: for lack of a token, or because ports are closed."""

    code = "cluster_refused"
    default_message = "The Ray cluster may not be used."


class VersionMismatch(OperatorError):
    """The server and the replica have different versions of Diabelli."""

    code = "version_mismatch"
    default_message = "The server and the replica have different versions of Diabelli."


class OutOfMemory(OperatorError):
    """The engine needs more memory than is available."""

    code = "memory_exceeded"
    default_message = "The engine needs more memory than is available."


class MemoryUnavailable(OperatorError):
    """Too little memory, or no thread or process, is free for a request."""

    code = "memory_unavailable"
    default_message = "Too little memory is free for this request."


class StoreUnavailable(OperatorError):
    """Result pictures cannot be written or read."""

    code = "store_unavailable"
    default_message = "Result pictures cannot be written or read."


class StoreFull(StoreUnavailable):
    """The size limit of the storage is reached."""

    code = "store_full"
    default_message = "The size limit of the storage is reached."


class CredentialsFailed(OperatorError):
    """The content credentials of a picture cannot be signed."""

    code = "credentials_failed"
    default_message = "The content credentials of a picture cannot be signed."


class LedgerUnavailable(OperatorError):
    """The ledger cannot be written or read."""

    code = "ledger_unavailable"
    default_message = "The ledger cannot be written or read."


class QuotaUnavailable(OperatorError):
    """The quota counters cannot be written or read."""

    code = "quota_unavailable"
    default_message = "The quota counters cannot be written or read."


class EngineFailed(DiabelliError):
    """The engine failed while it made a variation."""

    code = "engine_failed"
    default_message = "The engine failed while it made a variation."


class UpstreamInterrupted(EngineFailed):
    """The connection to a paid image server ended; the picture may have been paid for."""

    code = "upstream_interrupted"
    default_message = "The connection to a paid image server ended before the picture arrived."


class Cancelled(DiabelliError):
    """The work was cancelled."""

    code = "cancelled"
    default_message = "The work was cancelled."


PICTURE_FAILURES = (
    InvalidPicture,
    ContentPolicyViolation,
    UpstreamUnavailable,
    OutOfMemory,
    MemoryUnavailable,
    EngineFailed,
)
"""Errors of one picture, after which others may still be made."""
