"""The form of a group: what it offers, what it keeps, and how its history tells a change."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User

from config.adminkit.rights import all_rights, find_domains
from tests.config.access.addresses import ADMINS
from tests.config.access.people import browser_of, make_person

pytestmark = pytest.mark.django_db
GROUPS, USERS = "/admin/auth/group/", "/admin/auth/user/"


def right(name: str) -> Permission:
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def shown() -> set[str]:
    pks = [one.pk for one in all_rights(find_domains(admin.site))]
    rows = Permission.objects.filter(pk__in=pks).select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}" for row in rows}


def lines() -> dict[str, list[tuple[str, str]]]:
    """Domain -> its things, each with what can be allowed there."""
    return {
        domain.label: [
            (thing.label, ", ".join(one.short for one in thing.rights)) for thing in domain.things
        ]
        for domain in find_domains(admin.site)
    }


@pytest.fixture
def group() -> Group:
    """Two rights that are shown, and one that no page uses."""
    made = Group.objects.create(name="Buyers")
    names = ("orders.view_order", "orders.cancel_order", "catalog.view_brand")
    made.permissions.set([right(name) for name in names])
    return made


def save(client, group: Group, *names: str, name: str = "Buyers"):
    data = {"name": name, "permissions": [right(one).pk for one in names]}
    return client.post(f"{GROUPS}{group.pk}/change/", data)


def names_of(group: Group) -> set[str]:
    return set(group.permissions.values_list("codename", flat=True))


def last_words() -> str:
    return LogEntry.objects.latest("pk").get_change_message()


# --- what is offered


def test_rights_stand_where_the_sidebar_has_their_things():
    found = lines()

    assert list(found) == ["General", "Sell", "Stock", "Integrations", "System"]
    assert [label for label, _ in found["Sell"]] == [
        *("Orders", "Partner order lines", "Partner orders", "Partners & terms", "Shipments")
    ]
    assert ("Partners & terms", "View, Change") in found["Sell"]
    assert ("Users", "View, Change, Add") in found["System"]
    assert dict(found["Integrations"])["Webhook inbox"] == (
        "View, Replay or ignore webhooks, See customers' raw data in webhooks"
    )


def test_a_right_that_nobody_can_use_is_not_offered():
    useless = {
        *("orders.change_order", "orders.add_order", "orders.delete_order", "auth.delete_user"),
        *("catalog.view_brand", "integrations.change_bulkaction", "integrations.view_installlink"),
        "integrations.change_importjob",
        *("sessions.view_session", "admin.view_logentry", "django_q.add_schedule"),
    }

    assert not shown() & useless


def test_every_right_that_a_button_or_a_page_asks_for_is_offered():
    asked = {one.perm for each in ADMINS.values() for one in each.portal_actions.values()}
    asked |= {page.perm for page in admin.site.pages if isinstance(page.perm, str)}

    assert len(asked) > 12
    # Whoever pressed a button on many rows may stop it: that is no right of its own.
    of_neighbors = {"integrations.change_bulkaction", "integrations.change_importjob"}
    assert asked - shown() == {"", *of_neighbors}


def test_every_right_that_has_words_is_offered():
    assert set(admin.site.right_words) <= shown()


def test_the_form_is_read_aloud_line_by_line(admin_client, group):
    page = admin_client.get(f"{GROUPS}{group.pk}/change/").text
    boxes = re.findall(r'<input type="checkbox" name="permissions" value="(\d+)"([^>]*)>', page)
    ticked = {int(pk) for pk, rest in boxes if "checked" in rest}

    assert len(boxes) == len(shown())
    assert ticked == {right("orders.view_order").pk, right("orders.cancel_order").pk}
    assert '<th scope="row">Partners &amp; terms</th>' in page
    assert 'aria-label="Change partners &amp; terms"' in page


# --- what saving does


def test_a_right_that_is_not_shown_is_kept(admin_client, group):
    answer = save(admin_client, group, "orders.view_order", "integrations.run_flow")

    assert answer.status_code == 302
    assert names_of(group) == {"view_order", "run_flow", "view_brand"}


def test_a_right_that_is_not_shown_cannot_be_sent(admin_client, group):
    answer = save(admin_client, group, "orders.view_order", "orders.delete_order")

    assert answer.status_code == 200
    assert names_of(group) == {"view_order", "cancel_order", "view_brand"}


def test_the_history_says_what_was_given_and_taken_away(admin_client, group):
    save(admin_client, group, "orders.view_order", "integrations.release_run", name="Night shift")

    assert last_words() == (
        "Renamed from Buyers. Given: Approve or discard held runs. "
        "Taken away: Cancel orders, with and without the partner."
    )


def test_the_history_of_a_new_group_says_what_it_was_given(admin_client):
    data = {"name": "Eyes", "permissions": [right("orders.view_order").pk]}
    admin_client.post(f"{GROUPS}add/", data)

    assert names_of(Group.objects.get(name="Eyes")) == {"view_order"}
    assert last_words() == "Added. Given: View orders."


# --- who may only look


def test_who_may_not_change_a_group_reads_what_it_may(group):
    page = browser_of(make_person("Owner")).get(f"{GROUPS}{group.pk}/change/").text

    assert 'name="permissions"' not in page
    assert re.findall(r'<th scope="row">(.*?)</th>', page) == ["Orders"]
    assert re.findall(r"<li>(View|Cancel[^<]*?) *</li>", page) == [
        *("View", "Cancel orders, with and without the partner")
    ]


def test_a_group_says_who_is_in_it(admin_client, group):
    ola = User.objects.create_user("ola", first_name="Ola", last_name="Ness")
    ola.groups.add(group)

    listed = admin_client.get(GROUPS).text
    page = admin_client.get(f"{GROUPS}{group.pk}/change/").text

    assert f'<a href="{USERS}?groups__in={group.pk}">1</a>' in listed
    assert f'1 person: <a href="{USERS}{ola.pk}/change/">Ola Ness</a>' in page
    assert "ola" in admin_client.get(f"{USERS}?groups__in={group.pk}").text


# --- a person


def test_a_person_s_page_says_which_group_gives_which_right(admin_client, group):
    ola = User.objects.create_user("ola", is_staff=True)
    ola.groups.set([group, Group.objects.create(name="Others")])
    Group.objects.get(name="Others").permissions.add(right("orders.view_order"))
    ola.user_permissions.add(right("integrations.run_flow"))

    page = admin_client.get(f"{USERS}{ola.pk}/change/").text

    assert re.findall(r'<li>(.*?) <span class="q">(.*?)</span></li>', page) == [
        ("View", "Buyers, Others"),
        ("Cancel orders, with and without the partner", "Buyers"),
        ("Start, repeat and cancel runs", "this account itself"),
    ]


def test_a_group_that_gives_everything_is_named_once(admin_client, group):
    ola = User.objects.create_user("ola", is_staff=True)
    ola.groups.add(group)

    page = admin_client.get(f"{USERS}{ola.pk}/change/").text

    assert "All of it comes from Buyers." in page
    assert page.count("Buyers") == 2  # and beside its box


def test_a_superuser_s_page_says_that_no_right_is_asked_for(admin_client, admin_user):
    assert "a superuser is asked for no right" in (
        admin_client.get(f"{USERS}{admin_user.pk}/change/").text
    )


def test_a_person_s_page_shows_nothing_of_the_password(admin_client):
    page = admin_client.get(f"{USERS}{make_person('Viewer').pk}/change/").text

    assert "Reset password</a>" in page
    assert "algorithm" not in page
    assert "pbkdf2" not in page


def test_the_history_of_a_person_names_the_groups(admin_client):
    viewer = make_person("Viewer")
    form = {
        "username": "viewer",
        "first_name": "Vi",
        "is_staff": "on",
        "groups": [Group.objects.get(name="Manager").pk],
    }
    admin_client.post(f"{USERS}{viewer.pk}/change/", form)

    assert last_words() == (
        "Active: no. Put into Manager. Taken out of Viewer. Changed first name."
    )
