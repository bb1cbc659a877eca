"""Promises that hold for every list and every button of the portal's own admin."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.adminkit.actions import SINGLE
from config.adminkit.badges import BADGES
from config.adminkit.buttons import ButtonAdmin
from config.adminkit.icons import ICONS
from config.adminkit.nav import GROUPS
from config.adminkit.options import KitAdmin
from tests.config.adminkit.conftest import log_in

OURS = ("integrations", "catalog", "inventory", "orders")
ADMINS = list(admin.site._registry.values())
KIT_ADMINS = [one for one in ADMINS if one.opts.app_label in OURS]
BUTTONS = [
    (one, action)
    for one in ADMINS
    if isinstance(one, ButtonAdmin)
    for action in one.portal_actions.values()
]
STATUS_FIELDS = ("status", "attention", "health", "outcome")


def name_of(value):
    return getattr(value, "url_name", None) or getattr(value, "name", None)


@pytest.fixture(autouse=True)
def own_site(sample_site, settings):
    settings.ROOT_URLCONF = "config.urls"


@pytest.fixture
def onlooker(db):
    """May view everything and do nothing."""
    user = User.objects.create_user("onlooker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return log_in(user)


@pytest.mark.parametrize("one", ADMINS, ids=name_of)
def test_every_list_opens_within_twelve_queries(admin_client, one):
    address = reverse(f"admin:{one.opts.app_label}_{one.opts.model_name}_changelist")
    admin_client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert admin_client.get(address).status_code == 200

    assert len(queries) <= 12


@pytest.mark.parametrize(("one", "action"), BUTTONS, ids=name_of)
def test_every_button_needs_its_permission(onlooker, one, action):
    listing = reverse(f"admin:{one.url_name}_changelist")
    if action.where & SINGLE:
        address = reverse(f"admin:{one.url_name}_do", args=[1, action.name])
        assert onlooker.get(address).status_code == 405
        assert onlooker.post(address).status_code == 403
    if "bulk" in action.where:
        ticked = {"action": action.name, "index": "0", "_selected_action": "1"}
        assert onlooker.post(listing, ticked).status_code == 403


@pytest.mark.parametrize(("one", "action"), BUTTONS, ids=name_of)
def test_every_button_names_a_permission_that_exists(db, one, action):
    app_label, codename = action.perm.split(".")
    known = Permission.objects.filter(content_type__app_label=app_label, codename=codename)

    assert known.exists()
    assert action.icon in ("", *ICONS)


@pytest.mark.parametrize("one", KIT_ADMINS, ids=name_of)
def test_every_list_wears_the_kit_and_says_when_it_is_empty(one):
    assert isinstance(one, KitAdmin)
    assert one.empty_state[:2] != KitAdmin.empty_state[:2]


@pytest.mark.parametrize("one", KIT_ADMINS, ids=name_of)
def test_every_place_in_the_sidebar_has_a_known_group_and_icon(one):
    if one.nav:
        assert one.nav.group in GROUPS
        assert one.nav.icon in ICONS


@pytest.mark.parametrize("label", OURS)
def test_every_model_says_what_it_is(label):
    silent = [
        model.__name__
        for model in apps.get_app_config(label).get_models()
        if model.__str__ is models.Model.__str__
    ]
    assert silent == []


@pytest.mark.parametrize("label", OURS)
def test_every_status_word_has_a_badge(label):
    words = {
        str(text)
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.get_fields()
        if field.name.endswith(STATUS_FIELDS) and getattr(field, "choices", None)
        for value, text in field.flatchoices
        if value not in ("", None)
    }
    assert words - set(BADGES) == set()


def test_no_two_places_share_a_letter():
    keys = [one.nav.key for one in ADMINS if getattr(one, "nav", None) and one.nav.key]

    assert sorted(keys) == sorted(set(keys))
