"""Global ids: gid://shopify/Order/8210000000042."""

PREFIX = "gid://shopify/"


def gid(kind: str, number: int) -> str:
    return f"{PREFIX}{kind}/{number}"


def split_gid(value: str) -> tuple[str, int] | None:
    """Kind and number of a global id, None when it is none. Query parts are dropped."""
    if not value.startswith(PREFIX):
        return None
    kind, _, number = value.removeprefix(PREFIX).partition("/")
    number = number.partition("?")[0]
    return (kind, int(number)) if number.isdecimal() and number.isascii() else None


def number_of(value: str, kind: str) -> int | None:
    """The number in a global id of this kind, else None."""
    parts = split_gid(value)
    return parts[1] if parts and parts[0] == kind else None
