"""What a connection to Extensiv is told: where it is, its limits, and what it leaves unsaid."""

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
NOT_AN_ADDRESS = (
    "This is not the address of an Extensiv warehouse. It looks like https://wms.acme-3pl.com."
)


class Settings(BaseModel):
    """Amounts carry no currency there, so it is a setting."""

    base_url: str = Field(
        title="API address",
        description="As the warehouse gave it to you: https://wms.acme-3pl.com",
    )
    dialect: Literal["portal"] = Field(
        "portal",
        title="Interface",
        description="portal: products, inventory and orders under /api/v1",
    )
    currency: str = Field("USD", title="Currency of its prices", description="For example USD")
    customer_id: str = Field(
        "",
        title="Customer id",
        description="Our number at the warehouse; orders of another one are never taken for ours",
    )
    calls_per_second: float = Field(
        2.0,
        gt=0,
        le=100,
        title="Calls a second",
        description="What the warehouse allows. Orders are asked about within it, in turn",
    )

    @field_validator("base_url")
    @classmethod
    def _whole(cls, value: str) -> str:
        return f"https://{host_of(value)}"

    @field_validator("currency")
    @classmethod
    def _currency(cls, value: str) -> str:
        code = value.strip().upper()
        if not re.fullmatch(r"[A-Z]{3}", code):
            raise ValueError("A currency is three letters, like USD.")
        return code

    @field_validator("customer_id")
    @classmethod
    def _customer(cls, value: str) -> str:
        return value.strip()


class Secrets(BaseModel):
    """The app the warehouse opened for us."""

    client_id: str = Field("", title="Client id")
    client_secret: SecretStr = Field(SecretStr(""), title="Client secret")


def host_of(text: str) -> str:
    """The account: the host of the address. Raises ValueError with a sentence."""
    text = text.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, plain = (parts.hostname or "").lower(), parts.netloc.lower()
    except ValueError:
        host, plain = "", ""
    is_bare = parts.path in ("", "/") and not parts.query and not parts.fragment if host else False
    if not host or plain != host or not HOST.fullmatch(host) or not is_bare:
        raise ValueError(NOT_AN_ADDRESS)
    if parts.scheme.lower() != "https":
        raise ValueError("Extensiv is called over https only. Write the address with https://.")
    return host
