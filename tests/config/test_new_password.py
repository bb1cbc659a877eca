"""A superuser gives somebody a new password."""


def test_a_new_password_for_somebody_else(admin_client, django_user_model):
    other = django_user_model.objects.create_user("ann", password="old-one-of-ann", is_staff=True)
    address = f"/admin/auth/user/{other.pk}/password/"

    page = admin_client.get(address).text
    words = {"password1": "long-enough-77", "password2": "long-enough-77", "set-password": ""}
    answer = admin_client.post(address, words)

    assert "New password for ann" in page
    assert "Home" not in page
    assert answer.status_code == 302
    other.refresh_from_db()
    assert other.check_password("long-enough-77")


def test_two_different_new_passwords_change_nothing(admin_client, django_user_model):
    other = django_user_model.objects.create_user("ann", password="old-one-of-ann", is_staff=True)
    words = {"password1": "long-enough-77", "password2": "another-88", "set-password": ""}

    answer = admin_client.post(f"/admin/auth/user/{other.pk}/password/", words)

    assert "errorlist" in answer.text
    other.refresh_from_db()
    assert other.check_password("old-one-of-ann")
