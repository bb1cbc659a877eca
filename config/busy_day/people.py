"""Who buys, who works here, and where they live: invented, in places that are real."""

import random
from typing import Any

FIRST = (
    *("Noor", "Eve", "Gita", "Rosa", "Mara", "Hugo", "Caleb", "Dev", "Yuki", "Farid", "Jonas"),
    *("Priya", "Lena", "Tomas", "Amara", "Ines", "Owen", "Sofia", "Kofi", "Mei", "Leah", "Daniel"),
)
LAST = (
    *("Haddad", "Stone", "Rao", "Marchetti", "Lindqvist", "Lang", "Brooks", "Patel", "Tanaka"),
    *("Khan", "Weber", "Nair", "Novak", "Okafor", "Reyes", "Goldberg", "Silva", "Mensah", "Chen"),
)
PLACES = (
    ("4 Market St, Apt 12", "San Francisco", "CA", "94103"),
    ("218 Juniper Avenue", "Denver", "CO", "80206"),
    ("77 Bowen Street", "Providence", "RI", "02906"),
    ("1440 Prospect Road", "Minneapolis", "MN", "55403"),
    ("9 Alder Court", "Eugene", "OR", "97401"),
    ("3301 Walnut Street", "Philadelphia", "PA", "19104"),
    ("52 Harbor View", "Annapolis", "MD", "21401"),
    ("615 Congress Ave", "Austin", "TX", "78701"),
)
STAFF = (("mia", "Mia", "Berg", "Owner"), ("sam", "Sam", "Okafor", "Operator"))


def customer(luck: random.Random) -> dict[str, Any]:
    """Somebody who buys, as the sandbox takes it."""
    first, last = luck.choice(FIRST), luck.choice(LAST)
    street, city, state, code = luck.choice(PLACES)
    address = {
        "first_name": first,
        "last_name": last,
        "address1": street,
        "city": city,
        "province_code": state,
        "country_code": "US",
        "zip": code,
    }
    email = f"{first}.{last}@example.com".lower()
    return {"first_name": first, "last_name": last, "email": email, "shipping_address": address}


def carrier(luck: random.Random) -> tuple[str, str]:
    """A carrier and a tracking number of its usual form."""
    digits = "".join(luck.choice("0123456789") for _ in range(20))
    return luck.choice([("UPS", f"1Z999AA1{digits[:10]}"), ("USPS", f"9400{digits[:18]}")])
