"""Inviting the owner of a store: the link, the mail that goes with it, and what happened before.

Only a hash of the address is stored with the link. The person who made it has it, encrypted, in
their session until they look elsewhere, so that reloading the page makes no second link.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from integrations import registry
from integrations.admin.connection_facts import by_install_link
from integrations.admin.places import address
from integrations.crypto import CredentialUnreadable, seal, unseal
from integrations.models import Alert, Connection, InstallLink
from integrations.providers.base import Provider
from integrations.services.installs import LINK_DAYS, create_link
from integrations.webhooks import REMOVED

KEPT = "install_link"
Status = Connection.Status
WORKS = (Status.ACTIVE, Status.PAUSED)


def linkable() -> list[type[Provider]]:
    """Kinds of accounts that are connected by a link."""
    return [cls for cls in registry.providers().values() if by_install_link(cls)]


def invite(request: HttpRequest, provider: str, account: str = "", email: str = "") -> str:
    """Make a link; returns the page that shows its address to this person alone.

    Raises ValueError with a sentence if the account is not one, or is connected otherwise.
    """
    assert isinstance(request.user, AbstractBaseUser)
    link, url = create_link(provider, account, email, request.user, timezone.now())
    request.session[KEPT] = [link.pk, seal({"url": url}, _place(link.pk))]
    return f"{address('connect_partner')}?made={link.pk}"


def _place(link_id: int) -> str:
    return f"install-link:{link_id}:address"


def made_link(request: HttpRequest) -> tuple[InstallLink, str] | None:
    """The link this person has just made, and its address; None, and forgotten, anywhere else."""
    pk, sealed = request.session.get(KEPT) or (0, "")
    link = InstallLink.objects.filter(pk=pk, used_at=None, revoked_at=None).first()
    if link is None or request.GET.get("made") != str(pk):
        request.session.pop(KEPT, None)
        return None
    try:
        return link, str(unseal(sealed, _place(link.pk))["url"])
    except CredentialUnreadable:
        return None


@dataclass(frozen=True)
class Before:
    """A store that was connected before. `lost` says that it is no longer; `since` may be empty."""

    connection: Connection
    lost: bool
    since: datetime | None
    email: str

    @property
    def what(self) -> str:
        """What happened, for its owner; goes on a sentence that begins with the store."""
        if self.connection.status == Status.ARCHIVED:
            return "we ended the connection"
        if self.connection.status_reason.startswith(REMOVED.partition(".")[0]):
            return "our app was removed from it"
        return "the permission you gave us no longer works"


def find_before(account: str) -> Before | None:
    """What is known of this store (its domain, in any spelling), if it was connected before."""
    rows = Connection.objects.filter(provider__in=[cls.slug for cls in linkable()])
    known = rows.filter(account=_normalized(account)).exclude(account="")
    row = known.defer("secrets", "tokens").first()
    if row is None or row.status == Status.DRAFT:
        return None
    alert = Alert.objects.filter(fingerprint=f"connection:{row.pk}", closed_at=None).first()
    since = row.archived_at or (alert.first_at if alert else None)
    return Before(row, row.status not in WORKS, since, email_of(row))


def email_of(connection: Connection) -> str:
    """Where its owner was written to the last time."""
    links = InstallLink.objects.filter(provider=connection.provider, account=connection.account)
    mails = links.exclude(email="").order_by("-pk").values_list("email", flat=True)
    return mails.first() or ""


def _normalized(account: str) -> str:
    for cls in linkable():
        try:
            return cls.normalize_account(account)
        except ValueError:
            continue
    return account


def mail_text(link: InstallLink, url: str, before: Before | None, user: Any) -> str:
    """A text for its owner: an invitation, or what happened and that nothing is lost."""
    name = "reconnect" if before else "invitation"
    words = {"url": url, "link": link, "user": user, "days": LINK_DAYS, "before": before}
    return render_to_string(f"admin/integrations/connection/{name}.txt", words).strip()
