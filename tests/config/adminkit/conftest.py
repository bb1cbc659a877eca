"""People with different rights, on the sample admin."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client

from tests.config.adminkit import sample


@pytest.fixture(autouse=True)
def sample_site(settings):
    settings.ROOT_URLCONF = "tests.config.adminkit.sample"
    settings.WHITENOISE_AUTOREFRESH = True  # no scan of every static file for each client
    cache.clear()
    sample.calls.clear()


def make_staff(name, *codenames):
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def log_in(user, **options):
    client = Client(**options)
    client.force_login(user)
    return client


@pytest.fixture
def operator(db):
    return make_staff("operator", "view_user", "change_user", "delete_user")


@pytest.fixture
def viewer(db):
    return make_staff("viewer", "view_user")


@pytest.fixture
def people(db):
    """Two active ones and one disabled."""
    return [
        User.objects.create_user("ann"),
        User.objects.create_user("bob"),
        User.objects.create_user("cid", is_active=False),
    ]


@pytest.fixture
def as_operator(operator):
    return log_in(operator)


@pytest.fixture
def as_viewer(viewer):
    return log_in(viewer)
