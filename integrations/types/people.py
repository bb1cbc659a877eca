"""A customer and where they live."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    """A postal address. `state` and `country` are codes (CA, US)."""

    name: str = ""
    company: str = ""
    street1: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Contact:
    """The customer of an order: the only value that carries a person."""

    name: str = ""
    email: str = ""
    phone: str = ""
    address: Address = Address()
