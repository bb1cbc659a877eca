"""The five words a provider may end a call with, and what each one means for the caller."""

from typing import ClassVar, Literal

ErrorKind = Literal[
    "retryable", "unconfirmed", "rejected", "no_stock", "duplicate", "auth", "bad_response"
]


class ProviderError(Exception):
    """A call to a provider that went wrong. `str(error)` is a sentence safe to show to staff.

    `answered` is True where the system understood us and said no: it works.
    """

    kind: ErrorKind
    answered: ClassVar[bool] = False


class Retryable(ProviderError):
    """Nothing happened there; the same call may succeed later.

    `retry_after` is how many seconds the provider asked us to wait, or None. `counts` is False
    where the attempt must not be counted: no connection was made, or the answer was 429.
    `gave_up` is True once a read had all its tries: a call around it does not begin anew.
    """

    kind: ErrorKind = "retryable"

    def __init__(
        self, message: str, retry_after: float | None = None, *, counts: bool = True
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.counts = counts
        self.gave_up = False


class Throttled(Retryable):
    """The provider asks us to slow down; nothing is wrong with it."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message, retry_after, counts=False)


class OverBudget(Throttled):
    """Our own budget of calls an hour is used up: the call was not made."""


class Unconfirmed(ProviderError):
    """A write whose outcome is unknown. Ask for it by reference; never send it again blindly."""

    kind: ErrorKind = "unconfirmed"


class Rejected(ProviderError):
    """The provider refused what was sent; it will never work as sent."""

    kind: ErrorKind = "rejected"
    answered = True


class Duplicate(Rejected):
    """The provider says it has this already: look it up."""

    kind: ErrorKind = "duplicate"


class TooLittleStock(Rejected):
    """The provider has fewer units than were asked for: with less it may work."""

    kind: ErrorKind = "no_stock"


class NotAuthorized(ProviderError):
    """Credentials or scopes do not allow the call, after one refresh of the token."""

    kind: ErrorKind = "auth"
    answered = True


class BadResponse(ProviderError):
    """A read answered with something else than promised. Nothing may be concluded from it."""

    kind: ErrorKind = "bad_response"
