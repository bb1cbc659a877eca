"""Make an API key: what for, what it may do, how long; and the one look at it.

The key goes from the form to the next page in the session, encrypted, and is taken out of it as it
is shown: neither reloading nor the way back shows it again.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from integrations.crypto import CredentialUnreadable, seal, unseal
from integrations.models import ApiKey
from integrations.scopes import SCOPES, scope_words
from integrations.services.api_keys import make_key, may

MANAGE = "integrations.manage_apikey"
KEPT = "new_api_key"
LIVES = (("30", "30 days"), ("90", "90 days"), ("365", "1 year"), ("730", "2 years"))


class KeyForm(forms.Form):
    """Only what the person may do now can be given to a key."""

    name = forms.CharField(
        label="What for",
        max_length=100,
        help_text="Name the script or system, so that everyone knows what stops when it ends.",
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        widget=forms.CheckboxSelectMultiple,
        help_text="A key never may do more than you may at the moment of a call.",
    )
    life = forms.ChoiceField(label="It ends after", choices=LIVES, initial="365")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["scopes"]
        field.choices = [(name, one.label) for name, one in SCOPES.items() if may(user, name)]


def keep_for_once(request: HttpRequest, key: ApiKey, text: str) -> str:
    """The page that shows this key to this person, once."""
    request.session[KEPT] = [key.pk, seal({"key": text}, _place(key.pk))]
    return f"{reverse('admin:make_api_key')}?made={key.pk}"


def _place(pk: int) -> str:
    return f"api-key:{pk}:text"


def take_kept(request: HttpRequest) -> tuple[ApiKey, str] | None:
    """The key this person has just made; whatever page is looked at, it is forgotten now."""
    pk, sealed = request.session.pop(KEPT, None) or (0, "")
    if not pk or request.GET.get("made") != str(pk):
        return None
    key = ApiKey.objects.filter(pk=pk).first()
    if key is None:
        return None
    try:
        return key, str(unseal(sealed, _place(key.pk))["key"])
    except CredentialUnreadable:
        return None


def make_api_key(request: HttpRequest) -> HttpResponse:
    """The form, or the key that was just made."""
    assert isinstance(request.user, User)
    form = KeyForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect(_make(request, form.cleaned_data))
    made = take_kept(request)
    context: dict[str, Any] = {
        "form": form,
        "made": made[0] if made else None,
        "text": made[1] if made else "",
        "lost": not made and bool(request.GET.get("made")),
        "words": scope_words(made[0].scopes) if made else [],
        "docs_url": reverse("api_docs"),
        "base": settings.BASE_URL,
    }
    site: Any = admin.site
    page = "admin/integrations/apikey/make.html"
    answer: HttpResponse = site.render(request, page, context, title="Make an API key")
    return answer


def _make(request: HttpRequest, data: dict[str, Any]) -> str:
    assert isinstance(request.user, User)
    life = timedelta(days=int(data["life"]))
    key, text = make_key(request.user, data["name"], data["scopes"], life, timezone.now())
    LogEntry.objects.log_actions(
        user_id=request.user.pk,
        queryset=[key],
        action_flag=ADDITION,
        change_message=f"Made. It may: {', '.join(key.scopes)}",
        single_object=True,
    )
    return keep_for_once(request, key, text)


portal: Any = admin.site
portal.add_page("api-keys/new/", make_api_key, "make_api_key", perm=MANAGE, methods=("GET", "POST"))
