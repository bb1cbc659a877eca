"""What a connection to VeraCore is told: where it is, who we are there, how its calls are named."""

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

ADDRESS = "https://api.veracore.com/v1"
NOT_AN_ADDRESS = f"This is not the address of an API. It looks like {ADDRESS}."
COMPANY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
PATH = re.compile(r"(?:/[A-Za-z0-9._-]+)+")
DialectName = Literal["rest"]


class Settings(BaseModel):
    """Paths are joined to the address as they stand: some hosts repeat the version, some do not."""

    company_id: str = Field(
        title="Company id", description="Your company as the warehouse knows it, like CROSSDOCK"
    )
    api_url: str = Field(
        ADDRESS, title="API address", description=f"As the warehouse gave it to you: {ADDRESS}"
    )
    dialect: DialectName = Field(
        "rest",
        title="Interface",
        description="rest: orders, inventory and shipments as JSON",
    )
    auth: Literal["basic", "token"] = Field(
        "basic",
        title="Signs in by",
        description="As the warehouse opened it for you",
        json_schema_extra={
            "labels": {"basic": "User and password", "token": "Client id and secret (token)"}
        },
    )
    token_path: str = Field("/oauth/token", title="Path of tokens")
    orders_path: str = Field("/api/orders", title="Path of orders")
    inventory_path: str = Field("/api/inventory", title="Path of stock")
    shipments_path: str = Field("/api/shipments", title="Path of parcels")
    calls_per_second: float = Field(
        0,
        ge=0,
        le=100,
        title="Calls a second",
        description="What the warehouse allows; 0 where it names no limit",
    )

    @field_validator("company_id")
    @classmethod
    def _company(cls, value: str) -> str:
        read_company(value)
        return value.strip()

    @field_validator("api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        return read_address(value)

    @field_validator("token_path", "orders_path", "inventory_path", "shipments_path")
    @classmethod
    def _path(cls, value: str) -> str:
        path = value.strip().rstrip("/")
        if not PATH.fullmatch(path) or "/.." in path:
            raise ValueError("A path begins with a slash, like /api/orders.")
        return path


class Secrets(BaseModel):
    """What the warehouse opened for us: a user with a password, or an app with a secret."""

    client_id: str = Field("", title="User or client id")
    client_secret: SecretStr = Field(SecretStr(""), title="Password or client secret")


def read_company(text: str) -> str:
    """The account, in one spelling; orders carry it as it was entered. Raises ValueError."""
    company = text.strip()
    if not COMPANY.fullmatch(company):
        raise ValueError("A company id is letters, digits, dots and hyphens, like CROSSDOCK.")
    return company.upper()


def read_address(text: str) -> str:
    """The address without a slash at its end. Raises ValueError with a sentence."""
    text = text.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, plain = (parts.hostname or "").lower(), parts.netloc.lower()
    except ValueError:
        raise ValueError(NOT_AN_ADDRESS) from None
    path = parts.path.rstrip("/")
    is_path = not path or (PATH.fullmatch(path) and "/.." not in path)
    if not host or plain != host or "." not in host or not is_path or parts.query or parts.fragment:
        raise ValueError(NOT_AN_ADDRESS)
    if parts.scheme.lower() != "https":
        raise ValueError("VeraCore is called over https only. Write the address with https://.")
    return f"https://{host}{path}"
