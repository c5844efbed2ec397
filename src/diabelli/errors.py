"""Every exception that Diabelli raises on purpose, by who can act on it.

    DiabelliError
    ├── CallerError              the caller can mend it
    │   ├── InvalidParameter     a value outside what is accepted
    │   ├── UnknownEngine        no engine goes by that name
    │   ├── InvalidPicture       the source cannot be read as a picture that is accepted
    │   │   ├── PictureTooLarge  more bytes or more pixels than the limit
    │   │   └── NotSquare        a square picture is asked for
    │   ├── LinkRefused          a link to a result picture that was not signed here, or was altered
    │   ├── LinkExpired          a link to a result picture whose time is over
    │   └── PictureNotFound      no result picture is kept under that name
    ├── OperatorError            the person who runs the program can mend it
    │   ├── InvalidSettings      settings that contradict each other or cannot be read
    │   ├── AddressUnavailable   the address to serve on is taken or is not this machine's
    │   ├── MissingExtra         an optional part is not installed
    │   ├── StoreUnavailable     result pictures cannot be written or read
    │   └── LedgerUnavailable    the ledger cannot be written or read
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


class CallerError(DiabelliError):
    """The request cannot be carried out as it stands."""

    code = "invalid_request"


class InvalidParameter(CallerError):
    """A parameter has a value that is not accepted."""

    code = "invalid_parameter"


class UnknownEngine(CallerError):
    """No engine goes by that name."""

    code = "unknown_engine"


class InvalidPicture(CallerError):
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


class LinkRefused(CallerError):
    """The link was not signed by this server, or was altered since."""

    code = "link_refused"


class LinkExpired(CallerError):
    """The time of the link is over."""

    code = "link_expired"


class PictureNotFound(CallerError):
    """No picture is kept under that name."""

    code = "picture_not_found"


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


class StoreUnavailable(OperatorError):
    """Result pictures cannot be written or read."""

    code = "store_unavailable"


class LedgerUnavailable(OperatorError):
    """The ledger cannot be written or read."""

    code = "ledger_unavailable"


class EngineFailed(DiabelliError):
    """The engine failed while it made a variation."""

    code = "engine_failed"


class Cancelled(DiabelliError):
    """The work was cancelled because nobody waits for it."""

    code = "cancelled"
