"""Who asks: nobody, staff without a group, and somebody of each group."""

from django.contrib.auth.models import Group, User
from django.test import Client

GROUPS = ("Viewer", "Operator", "Manager", "Owner")
PEOPLE = ("anonymous", "no rights", *GROUPS)


def make_person(who: str) -> User | None:
    """The user; None for nobody."""
    if who == "anonymous":
        return None
    user = User.objects.create_user(who.replace(" ", "-").lower(), is_staff=True)
    user.set_password("correct horse battery")
    user.save()
    if who in GROUPS:
        user.groups.add(Group.objects.get(name=who))
    return user


def browser_of(user: User | None, **options: object) -> Client:
    """Logged in, if there is somebody."""
    client = Client(**options)
    if user:
        client.force_login(user)
    return client
