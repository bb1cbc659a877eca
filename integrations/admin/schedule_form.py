"""The form of a schedule: one way to repeat, days as boxes, sentences at the fields."""

from typing import TYPE_CHECKING, Any

from django import forms

from integrations.admin.cadence import DAYS
from integrations.models import FlowSchedule
from integrations.services.schedules import clean_schedule

if TYPE_CHECKING:
    Form = forms.ModelForm[FlowSchedule]
else:
    Form = forms.ModelForm

MODES = [
    ("minutes", "Every so many minutes"),
    ("daily", "Once a day"),
    ("manual", "Only when asked"),
]


class ScheduleForm(Form):
    """`mode` and `days` stand for the cadence columns and the weekday mask."""

    mode = forms.ChoiceField(
        choices=MODES, label="Repeats", widget=forms.RadioSelect(attrs={"class": "in-row"})
    )
    days = forms.MultipleChoiceField(
        choices=[(str(index), day) for index, day in enumerate(DAYS)],
        label="Days",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "in-row"}),
    )

    class Meta:
        model = FlowSchedule
        fields = ["every_minutes", "daily_at", "window_from", "window_to", "timezone", "enabled"]
        labels = {
            "every_minutes": "Minutes between runs",
            "daily_at": "Time of day",
            "window_from": "Not before",
            "window_to": "Not after",
            "timezone": "Time zone",
            "enabled": "Runs by itself",
        }
        help_texts = {"timezone": "For example America/Los_Angeles or Europe/Berlin."}
        widgets = {
            name: forms.TimeInput(format="%H:%M", attrs={"type": "time"})
            for name in ("daily_at", "window_from", "window_to")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        self.initial.setdefault("mode", _mode(row))
        mask = row.weekdays
        self.initial.setdefault("days", [str(i) for i in range(7) if mask & 1 << i])

    def clean(self) -> dict[str, Any]:
        """Only the chosen cadence counts; what is wrong stands at its field, as a sentence."""
        data: dict[str, Any] = super().clean() or {}
        mode = data.get("mode")
        data["every_minutes"] = data.get("every_minutes") if mode == "minutes" else None
        data["daily_at"] = data.get("daily_at") if mode == "daily" else None
        if mode != "minutes":
            data["window_from"] = data["window_to"] = None
        data["weekdays"] = sum(1 << int(day) for day in data.get("days", []))
        self._complain(mode, data)
        return data

    def _complain(self, mode: str | None, data: dict[str, Any]) -> None:
        if mode == "minutes" and data["every_minutes"] is None:
            self._say("every_minutes", "Say how many minutes lie between two runs.")
        if mode == "daily" and data["daily_at"] is None:
            self._say("daily_at", "Say at what time of day it runs.")
        for name, sentence in clean_schedule(data).items():
            self._say("days" if name == "weekdays" else name, sentence)

    def _say(self, name: str, sentence: str) -> None:
        if name not in self.errors:
            self.add_error(name, sentence)

    def save(self, commit: bool = True) -> FlowSchedule:
        """Carry the mask over: it is no field of the form."""
        self.instance.weekdays = self.cleaned_data["weekdays"]
        return super().save(commit)


def _mode(row: FlowSchedule) -> str:
    if row.daily_at is not None:
        return "daily"
    return "minutes" if row.every_minutes is not None else "manual"
