"""A location as staff edit it: name, whether its stock may be sold, and our center's address."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from inventory.models import Location

if TYPE_CHECKING:
    Form = forms.ModelForm[Location]
else:
    Form = forms.ModelForm

PARTS = ("name", "company", "street1", "street2", "city", "state", "zip", "country", "phone")
REQUIRED = ("street1", "city", "zip", "country")
PREFIX = "address_"
FIELDS = tuple(f"{PREFIX}{part}" for part in PARTS)


class LocationForm(Form):
    """The address is kept as one mapping with the parts of `integrations.types.Address`."""

    address_name = forms.CharField(label="Contact", max_length=120, required=False)
    address_company = forms.CharField(label="Company", max_length=120, required=False)
    address_street1 = forms.CharField(label="Street", max_length=200, required=False)
    address_street2 = forms.CharField(label="Street, second line", max_length=200, required=False)
    address_city = forms.CharField(label="City", max_length=120, required=False)
    address_state = forms.CharField(
        label="State", max_length=10, required=False, help_text="Its code, such as CA."
    )
    address_zip = forms.CharField(label="Zip", max_length=20, required=False)
    address_country = forms.CharField(
        label="Country", max_length=2, required=False, help_text="Two letters, such as US."
    )
    address_phone = forms.CharField(label="Phone", max_length=40, required=False)

    class Meta:
        model = Location
        fields = ("name", "serves")
        labels = {"serves": "Its stock may be sold"}
        help_texts = {"serves": "Off: what lies here is shown, and never counted."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part, value in (self.instance.address or {}).items():
            if f"{PREFIX}{part}" in self.fields:
                self.initial.setdefault(f"{PREFIX}{part}", value)

    def clean_address_country(self) -> str:
        """Two capital letters."""
        country: str = self.cleaned_data["address_country"].strip().upper()
        if country and not re.fullmatch(r"[A-Z]{2}", country):
            raise ValidationError("Use the two letters of the country, such as US or DE.")
        return country

    def clean_address_state(self) -> str:
        """Codes are capital letters."""
        return str(self.cleaned_data["address_state"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        """All of the address, or none of it."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if any(data.get(name) for name in FIELDS):
            for name in (f"{PREFIX}{part}" for part in REQUIRED):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "Parcels need it to arrive.")
            if not data.get("address_name") and not data.get("address_company"):
                self.add_error("address_company", "Name a company or a contact.")
        return data

    def save(self, commit: bool = True) -> Location:
        """Put the parts together; an empty address is none."""
        if set(FIELDS) <= set(self.cleaned_data):
            parts = {part: self.cleaned_data[f"{PREFIX}{part}"].strip() for part in PARTS}
            self.instance.address = parts if any(parts.values()) else None
        return super().save(commit)
