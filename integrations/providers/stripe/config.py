"""What a connection to Stripe is told: its account, its mode, and where our numbers stand."""

import re

from pydantic import BaseModel, Field, SecretStr, field_validator

# Ids are case-sensitive behind their prefix.
ACCOUNT = re.compile(r"(?i:acct)_([A-Za-z0-9]{4,64})")
NOT_AN_ACCOUNT = (
    "This is not the id of a Stripe account. It begins with acct_ and is in Stripe under "
    "Settings, Account details."
)


class Settings(BaseModel):
    """The two keys name entries of Stripe's metadata, which whoever makes a checkout fills."""

    account: str = Field(
        title="Account id",
        description="In Stripe under Settings, Account details, for example acct_1234567890",
    )
    livemode: bool = Field(
        True,
        title="Live payments",
        description="Off for a sandbox or test mode. Events of the other mode are ignored.",
    )
    order_key: str = Field(
        "portal_order_id",
        title="Metadata with our order number",
        description="The key on payments and checkouts that holds the number of our order",
    )
    sku_key: str = Field(
        "sku",
        title="Metadata with the SKU",
        description="The key on products and prices that holds the SKU",
    )

    @field_validator("account")
    @classmethod
    def _one_spelling(cls, value: str) -> str:
        return read_account(value)

    @field_validator("order_key", "sku_key")
    @classmethod
    def _key(cls, value: str) -> str:
        if not value.strip() or len(value.strip()) > 40:  # Stripe's limit
            raise ValueError("A metadata key has 1 to 40 characters.")
        return value.strip()


class Secrets(BaseModel):
    """While the signing secret is changed both the old and the new one sign."""

    webhook_secret: SecretStr = Field(SecretStr(""), title="Webhook signing secret (whsec_...)")
    old_webhook_secret: SecretStr = Field(SecretStr(""), title="Previous signing secret")
    api_key: SecretStr = Field(
        SecretStr(""),
        title="API key (sk_... or rk_...), optional",
        description="Only for reading: without one, paid checkouts nobody knows wait for a person",
    )


def read_account(text: str) -> str:
    """The account id in its one spelling. Raises ValueError with a sentence."""
    found = ACCOUNT.fullmatch(text.strip())
    if not found:
        raise ValueError(NOT_AN_ACCOUNT)
    return f"acct_{found[1]}"


def mode_of(api_key: str) -> bool | None:
    """Whether a key is for live payments; None where it does not say."""
    found = re.match(r"(?:sk|rk)_(live|test)_", api_key)
    return found[1] == "live" if found else None
