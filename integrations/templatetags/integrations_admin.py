"""Template tags of the pages of this app."""

from django import template
from django.utils.safestring import SafeString

from config.adminkit.parts import badge
from integrations.models import ApiCall

register = template.Library()


@register.simple_tag
def call_parts(call: ApiCall) -> tuple[str, str]:
    """(path, operation): all GraphQL calls have the same path, so the operation says more."""
    path, _, operation = call.path.partition("#")
    return path, operation


@register.simple_tag
def call_badge(call: ApiCall) -> SafeString:
    """200, 429, or what happened instead of an answer."""
    if call.status is None:
        return badge((call.error_kind or "no answer").replace("_", " ").capitalize(), "bad")
    if call.status < 400:
        return badge(call.status, "bad" if call.error_kind else "ok")
    return badge(call.status, "warn" if call.status == 429 else "bad")
