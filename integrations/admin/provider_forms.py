"""Forms made from what a provider declares: its pydantic Settings and Secrets."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from django import forms
from django.conf import settings as portal
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from integrations.providers.base import Authorizes, Provider
from integrations.services.connecting import LONGEST_NAME

KEEP = "Leave it empty to keep what is stored."
USES_APP = "Leave it empty to use the app of this installation."


class ProviderForm(forms.Form):
    """Settings and secrets of one provider, checked by its own models.

    `cleaned_data` gets `settings` and `secrets`, ready for the services, beside `name`.
    """

    provider: type[Provider]
    keeps: Mapping[str, Any] = {}  # settings not asked for here

    def clean(self) -> dict[str, Any]:
        """Let the provider's models judge; their sentences stand at the fields."""
        data = super().clean() or {}
        wanted = self.provider.Settings.model_fields
        given = {name: data[name] for name in wanted if name in data}
        secrets = {name: data.get(name, "") for name in self.provider.Secrets.model_fields}
        data["settings"] = self._judge(self.provider.Settings, {**self.keeps, **given})
        self._judge(self.provider.Secrets, {name: text for name, text in secrets.items() if text})
        data["secrets"] = secrets
        return data

    def _judge(self, model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return model(**values).model_dump(mode="json")
        except ValidationError as exc:
            for problem in exc.errors():
                name = str(problem["loc"][0]) if problem["loc"] else ""
                self._complain(name, sentence_of(problem["msg"]))
            return {}

    def _complain(self, name: str, sentence: str) -> None:
        if name in self.errors:  # an empty required field says so itself
            return
        self.add_error(name if name in self.fields else None, sentence)


def sentence_of(message: str) -> str:
    """A pydantic message as staff read it."""
    text = message.removeprefix("Value error, ").strip()
    return text if text.endswith(".") else f"{text[:1].upper()}{text[1:]}."


def form_for_new(provider: type[Provider]) -> type[ProviderForm]:
    """What is asked to connect an account: a name, the settings it needs, and secrets.

    Settings that are a yes or no are always asked.
    """
    fields = {"name": _name_field("Empty: the name the system gives itself.")}
    fields |= dict(_setting_fields(provider, short=True))
    fields |= dict(_secret_fields(provider, _note_for_new(provider)))
    return _make(provider, fields, keeps={})


def form_for_change(
    provider: type[Provider], current: Mapping[str, Any], name: str
) -> type[ProviderForm]:
    """The name and all settings but the account, as they are now, and the secrets, always empty."""
    settings = dict(_setting_fields(provider, short=False))
    settings.pop(provider.account_field, None)
    for key, field in settings.items():
        field.initial = current.get(key, field.initial)
    named = _name_field("Empty: as it is.", initial=name)
    fields = {"name": named, **settings, **dict(_secret_fields(provider, KEEP))}
    return _make(provider, fields, keeps=current)


def _make(
    provider: type[Provider], fields: dict[str, forms.Field], keeps: Mapping[str, Any]
) -> type[ProviderForm]:
    name = f"{provider.__name__}Form"
    return type(name, (ProviderForm,), {**fields, "provider": provider, "keeps": dict(keeps)})


def _name_field(if_empty: str, initial: str = "") -> forms.Field:
    text = f"What staff call it. {if_empty}"
    return forms.CharField(
        label="Name", help_text=text, required=False, max_length=LONGEST_NAME, initial=initial
    )


def _note_for_new(provider: type[Provider]) -> str:
    has_app = bool(portal.SHOPIFY_API_KEY) and issubclass(provider, Authorizes)
    return USES_APP if has_app else ""


def _setting_fields(provider: type[Provider], *, short: bool) -> Iterator[tuple[str, forms.Field]]:
    for name, info in provider.Settings.model_fields.items():
        is_needed = info.is_required() or name in provider.asked_to_connect
        if is_needed or info.annotation is bool or not short:
            yield name, _field(name, info)


def _secret_fields(provider: type[Provider], note: str) -> Iterator[tuple[str, forms.Field]]:
    for name, info in provider.Secrets.model_fields.items():
        if note == KEEP or not name.startswith("old_"):
            is_needed = not note and name not in provider.optional_secrets
            yield name, _secret(name, info, note, required=is_needed)


def _secret(name: str, info: FieldInfo, note: str, *, required: bool) -> forms.Field:
    hidden = info.annotation is SecretStr
    attrs = {"autocomplete": "new-password" if hidden else "off", "spellcheck": "false"}
    widget = forms.PasswordInput(attrs=attrs) if hidden else forms.TextInput(attrs=attrs)
    label, help_text = _words(name, info)
    text = " ".join(filter(None, [help_text, note]))
    return forms.CharField(label=label, help_text=text, required=required, widget=widget)


def _field(name: str, info: FieldInfo) -> forms.Field:
    label, help_text = _words(name, info)
    words: dict[str, Any] = {"label": label, "help_text": help_text}
    words["initial"] = None if info.is_required() else info.default
    kind: Any = info.annotation
    if kind is bool:
        return forms.BooleanField(required=False, **words)
    if get_origin(kind) is Literal:
        labels = _labels(info)
        choices = [(one, labels.get(one) or _choice(str(one))) for one in get_args(kind)]
        return forms.ChoiceField(choices=choices, **words)
    if kind is int:
        return forms.IntegerField(required=info.is_required(), **words)
    return forms.CharField(required=info.is_required(), max_length=300, **words)


def _labels(info: FieldInfo) -> Mapping[str, str]:
    """What a provider calls the choices of a setting, where its own words say more."""
    extra = info.json_schema_extra
    found: Any = extra.get("labels", {}) if isinstance(extra, dict) else {}
    labels: Mapping[str, str] = found
    return labels


def _choice(word: str) -> str:
    return word if word.isupper() else word.replace("_", " ").capitalize()


def _words(name: str, info: FieldInfo) -> tuple[str, str]:
    return info.title or name.replace("_", " ").capitalize(), info.description or ""
