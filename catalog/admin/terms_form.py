"""The terms of a partner as staff type them: percent, wall-clock times, one day per line."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from catalog.models import Approval, Dispatch, Partner, ShipTo
from catalog.money import places_of, round_money
from catalog.services.partners import can_append
from config.adminkit.zones import zone_names

if TYPE_CHECKING:
    Form = forms.ModelForm[Partner]
else:
    Form = forms.ModelForm

HUNDRED = Decimal(100)
WEEKLY = (Dispatch.WEEKLY, Dispatch.WEEKLY_APPEND)
WEEKDAYS = [
    (number, day)
    for number, day in enumerate(
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    )
]


class PercentField(forms.DecimalField):
    """Typed as 25, kept as the fraction 0.25. `most` is in percent."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        widget = forms.NumberInput(attrs={"min": "0", "max": str(most), "step": "0.01"})
        super().__init__(widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """What stands in the box: a fraction as percent, typed text as it was typed."""
        return as_percent(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        """The fraction, or None where nothing was typed. Raises ValidationError."""
        percent = super().to_python(value)
        if percent is None:
            return None
        if not percent.is_finite() or not 0 <= percent <= self.most:
            raise ValidationError(f"Enter a number from 0 to {self.most:,}, such as 25 for 25 %.")
        if percent != percent.quantize(Decimal("0.01")):
            raise ValidationError("At most two decimals, such as 27.5.")
        return percent / HUNDRED


class DaysField(forms.CharField):
    """Dates, one per line; kept as a list of ISO dates."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, "placeholder": "2026-12-25"})
        super().__init__(widget=widget, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """One date per line."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """Sorted ISO dates, each once. Raises ValidationError naming the line that is none."""
        return sorted({_day(word) for word in str(value or "").replace(",", " ").split()})

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as days, not as text."""
        try:
            return list(initial or []) != self.to_python(data)
        except ValidationError:
            return True


class TermsForm(Form):
    """What cannot be done with the partner's system is not offered, unless it was chosen before."""

    timezone = forms.ChoiceField(label="Time zone", help_text="All times here are in it.")
    markup = PercentField(
        label="Markup (%)", most=1000, help_text="Added to their price when we import."
    )
    min_margin = PercentField(
        label="Warn below margin (%)", most=100, help_text="Part of our price that is left to us."
    )
    cutoff_weekday = forms.TypedChoiceField(
        label="The week closes on",
        choices=[("", "—"), *WEEKDAYS],
        coerce=int,
        empty_value=None,
        required=False,
        help_text="For orders placed once a week.",
    )
    holidays = DaysField(
        label="Days without orders",
        help_text="One date per line. What is due then, or would close, waits for the next day.",
    )

    class Meta:
        model = Partner
        fields = (
            *("name", "code", "dispatch", "run_at", "cutoff_weekday", "cutoff_at", "timezone"),
            *("trigger", "approval"),
            *("approval_limit", "minimum_total", "rank", "holidays", "markup", "rounding"),
            *("min_margin", "buffer", "ship_to"),
        )
        labels = {
            "dispatch": "Place orders",
            "run_at": "Daily at",
            "cutoff_at": "The week closes at",
            "trigger": "A line may be placed",
            "approval": "Approval before sending",
            "approval_limit": "Limit",
            "minimum_total": "Smallest order",
            "rounding": "Round up to",
            "buffer": "Keep back",
            "ship_to": "They ship to",
            "rank": "Rank",
        }
        help_texts = {
            "code": "Part of every SKU: PARTNER-{code}-{their sku}. Fixed after the first import.",
            "run_at": "When the day's lines go out: as an order, or added to the week's order.",
            "cutoff_at": "What comes later goes with the next week's order.",
            "approval_limit": "Cost of one order, in the partner's currency.",
            "minimum_total": "In the partner's currency. Below it, the order waits for more lines.",
            "buffer": "Units of each variant we never sell.",
            "rank": "If several partners have a product, the lowest number is asked first.",
        }
        widgets = {
            "run_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "cutoff_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"approval_limit", "minimum_total"} & set(self.initial):
            self.initial[name] = round_money(self.initial[name], places_of(self.instance.currency))
        self._offer("timezone", [(name, name.replace("_", " ")) for name in zones(self.instance)])
        hidden = set() if can_append(self.instance) else {Dispatch.WEEKLY_APPEND}
        hidden -= {self.instance.dispatch}
        self._offer("dispatch", [one for one in Dispatch.choices if one[0] not in hidden])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        if name in self.fields:
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Rules over two fields, each said where it can be put right."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_door(data)
        self._check_week(data)
        if data.get("approval") == Approval.OVER_LIMIT and not data.get("approval_limit"):
            self.add_error(
                "approval_limit",
                "Enter the cost above which a person approves, or choose another approval.",
            )
        return data

    def _check_door(self, data: dict[str, Any]) -> None:
        to_customer = data.get("ship_to") == ShipTo.CUSTOMER
        if to_customer and data.get("dispatch", Dispatch.IMMEDIATE) != Dispatch.IMMEDIATE:
            self.add_error(
                "ship_to",
                "A parcel to the customer needs an order of its own, so many cannot share one. "
                f"Choose “{Dispatch.IMMEDIATE.label}” above, or let them ship to our center.",
            )

    def _check_week(self, data: dict[str, Any]) -> None:
        if data.get("dispatch") not in WEEKLY:
            return
        if data.get("cutoff_weekday") is None:
            self.add_error("cutoff_weekday", "Choose the day on which the week closes.")
        if data.get("cutoff_at") is None:
            self.add_error("cutoff_at", "Enter the time at which the week closes, such as 17:00.")

    def clean_code(self) -> str:
        """`us` is our own shelf."""
        code: str = self.cleaned_data["code"]
        if code == "us" and not self.instance.is_us:
            raise ValidationError("“us” is our own shelf. Choose another code.")
        return code


def as_percent(fraction: Decimal) -> Decimal:
    """0.2500 as 25, 0.275 as 27.5."""
    percent = fraction * HUNDRED
    whole = percent.to_integral_value()
    return whole if percent == whole else percent.normalize()


def zones(partner: Partner) -> list[str]:
    """Time zones to choose from: places and UTC, and the one the partner has."""
    return sorted({*zone_names(), partner.timezone})


def _day(word: str) -> str:
    try:
        return date.fromisoformat(word).isoformat()
    except ValueError as exc:
        raise ValidationError(f"“{word}” is not a date. Write it as 2026-12-25.") from exc
