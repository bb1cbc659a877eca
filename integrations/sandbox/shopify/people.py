"""Plausible customers and tracking numbers for the forms of the demo."""

import random

CUSTOMERS = (
    ("Maya", "Okafor", "218 Juniper Avenue", "Denver", "CO", "80206", "+13035550142"),
    ("Daniel", "Reyes", "77 Bowen Street", "Providence", "RI", "02906", "+14015550118"),
    ("Hannah", "Lindqvist", "1440 Prospect Road", "Minneapolis", "MN", "55403", "+16125550177"),
    ("Tomas", "Novak", "9 Alder Court", "Eugene", "OR", "97401", "+15415550190"),
    ("Priya", "Raman", "3301 Walnut Street", "Philadelphia", "PA", "19104", "+12155550126"),
    ("Leah", "Goldberg", "52 Harbor View", "Annapolis", "MD", "21401", "+14105550163"),
)


def likely_customer(number: int) -> dict[str, str]:
    """What the storefront's form is filled with for the order of this number."""
    first, last, street, city, state, code, phone = CUSTOMERS[number % len(CUSTOMERS)]
    return {
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}@example.com".lower(),
        "address1": street,
        "city": city,
        "province_code": state,
        "country_code": "US",
        "zip": code,
        "phone": phone,
    }


def likely_tracking_number(carrier: str, seed: int) -> str:
    """A number of the carrier's usual form; the same seed gives the same number."""
    rng = random.Random(f"{carrier}/{seed}")  # noqa: S311 - only has to look right
    digits = "".join(rng.choice("0123456789") for _ in range(22))
    forms = {
        "UPS": f"1Z{digits[:3]}E{digits[3:15]}",
        "USPS": f"9400{digits[:18]}",
        "FedEx": digits[:12],
        "DHL Express": digits[:10],
    }
    return forms.get(carrier, digits[:12])
