"""What a connection to SellerCloud is told: its address, its limits, and what it leaves unsaid."""

import re
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, SecretStr, field_validator

# Documented: 10,800 calls an hour for one IP address, all endpoints together.
CALLS_PER_HOUR = 10_000
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
PATH = re.compile(r"(?:/[A-Za-z0-9_-]+)*/?")
NOT_AN_ADDRESS = (
    "This is not the address of a SellerCloud API. "
    "It looks like https://acme.api.sellercloud.com/rest."
)
ID = "{id}"


class Settings(BaseModel):
    """Dates and amounts carry neither zone nor currency there, so both are settings."""

    base_url: str = Field(
        title="API address",
        description=(
            "As SellerCloud gave it to you, with or without /rest at the end: "
            "https://acme.api.sellercloud.com/rest or https://acme.api.sellercloud.com"
        ),
    )
    calls_per_hour: int = Field(
        CALLS_PER_HOUR,
        ge=60,
        le=10_800,
        title="Calls an hour",
        description="SellerCloud allows 10,800 from one address. Runs wait before they reach this.",
    )
    inventory_details_method: Literal["POST", "GET"] = Field(
        "POST",
        title="Stock of one SKU is asked by",
        description="Where POST is not known, GET is tried and remembered by itself.",
    )
    time_zone: str = Field(
        "UTC",
        title="Time zone of its dates",
        description="SellerCloud does not say it. For example America/New_York",
    )
    currency: str = Field(
        "",
        title="Currency of its amounts",
        description="For example USD. Empty: amounts are shown without a currency",
    )
    company_id: str = Field(
        "", title="Company id", description="Only this company's purchase orders; empty: all"
    )
    status_filter: Literal["numbers", "names"] = Field(
        "numbers",
        title="Statuses are asked for by",
        description="Both are documented; change it if a status filter is refused.",
    )
    web_address: str = Field(
        "",
        title="Page of a purchase order",
        description=(
            "The address you see in SellerCloud with a purchase order open, with {id} in place "
            "of its number. Empty: no links"
        ),
    )

    @field_validator("base_url")
    @classmethod
    def _whole(cls, value: str) -> str:
        return read_base_url(value)

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            return ZoneInfo(value.strip() or "UTC").key
        except (ValueError, OSError, LookupError):
            pass
        raise ValueError("There is no such time zone. Write one like America/New_York.")

    @field_validator("currency")
    @classmethod
    def _currency(cls, value: str) -> str:
        code = value.strip().upper()
        if code and not re.fullmatch(r"[A-Z]{3}", code):
            raise ValueError("A currency is three letters, like USD.")
        return code

    @field_validator("company_id")
    @classmethod
    def _company(cls, value: str) -> str:
        if value.strip() and not re.fullmatch(r"[0-9]{1,9}", value.strip()):
            raise ValueError("A company id is a number.")
        return value.strip()

    @field_validator("web_address")
    @classmethod
    def _page(cls, value: str) -> str:
        value = value.strip()
        if value and not (value.startswith("https://") and ID in value):
            raise ValueError("It starts with https:// and holds {id}, where the number stands.")
        return value


class Secrets(BaseModel):
    """A user of SellerCloud; one of its own, with the right to see purchase orders and stock."""

    username: str = Field("", title="Username")
    password: SecretStr = Field(SecretStr(""), title="Password")


def read_base_url(text: str) -> str:
    """The address as given, without a slash at its end; https:// where nothing is said.

    Raises ValueError with a sentence.
    """
    text = text.strip()
    if re.search(r"\s", text):
        raise ValueError(NOT_AN_ADDRESS)
    whole = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(whole)
        host, plain = (parts.hostname or "").lower(), parts.netloc.lower()
    except ValueError:
        host, plain = "", ""
    # No port, no user, no query: what is left out cannot lead elsewhere.
    if not host or plain != host or not HOST.fullmatch(host) or not PATH.fullmatch(parts.path):
        raise ValueError(NOT_AN_ADDRESS)
    if parts.query or parts.fragment:
        raise ValueError(NOT_AN_ADDRESS)
    if parts.scheme.lower() != "https":
        raise ValueError("SellerCloud is called over https only. Write the address with https://.")
    return f"https://{host}{parts.path.rstrip('/')}"


def host_of(text: str) -> str:
    """The account: the host of the address. Raises ValueError with a sentence."""
    return urlsplit(read_base_url(text)).hostname or ""
