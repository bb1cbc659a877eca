"""Staff of each group, logged in."""

from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client


def log_in(group: str) -> Client:
    """A person of a group; counts in the sidebar start fresh."""
    cache.clear()
    user = User.objects.create_user(f"{group.lower()}-person", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def texts(response) -> str:
    """The page as text; nothing in it may run or style by itself."""
    html = response.content.decode()
    assert "<script>" not in html
    assert " style=" not in html
    assert " onclick=" not in html
    return html


def said(response) -> list[str]:
    """The messages of the page a redirect led to."""
    return [str(message) for message in response.context["messages"]]
