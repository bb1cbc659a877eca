"""What Extensiv says no to, and in which words."""

from integrations.answers import Response
from integrations.errors import Duplicate, NotAuthorized, ProviderError, Rejected
from integrations.said import Said

OF_ORDERS = (400, 409, 422)
# What an order is too far on for is refused with 403 and a code; a right that is missing, without.
OF_CHANGES = (*OF_ORDERS, 403)
LONGEST_REASON = 200


def refusal(answer: Response) -> ProviderError:
    """A refused write, in their words. One they have is 409, or 400 with the code Duplicate.

    403 is a refusal where a code says what stands against it (OrderConfirmed); without one we lack
    the right.
    """
    said, code = _reason(answer)
    sentence = f"{answer.host} refused the order (HTTP {answer.status})"
    whole = f"{sentence}: {said.rstrip('.')}." if said else f"{sentence}."
    if answer.status == 403 and not code:
        return NotAuthorized(f"{answer.host} does not allow this call (HTTP 403).")
    if answer.status == 409 or code.lower() == "duplicate":
        return Duplicate(whole)
    return Rejected(whole)


def _reason(answer: Response) -> tuple[str, str]:
    try:
        said = Said(answer.mapping())
    except ProviderError:
        return "", ""
    code = said.text("ErrorCode", "code")
    named = [Said(row).text("Name") for row in said.rows("Properties")]
    about = f" ({', '.join(name for name in named if name)})" if any(named) else ""
    words = said.text("Hint", "Message", "error_description", "error", "detail") or code
    return f"{' '.join(words.split())}{about}"[:LONGEST_REASON], code
