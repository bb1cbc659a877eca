"""What this app itself does with webhooks: accounts that left us, or changed what we may do."""

from django.db.models import F

from integrations.jobs import enqueue
from integrations.models import Connection, InboundEvent
from integrations.registry import on
from integrations.services.connections import needs_attention
from integrations.services.webhooks import Ignored
from integrations.types import Event


@on("connection.uninstalled")
def forget_tokens(event: Event, row: InboundEvent) -> None:
    """The account removed our app: its tokens are dead. News older than a reinstall is not news."""
    connection = row.connection
    assert connection is not None
    if row.sent_at and connection.installed_at and row.sent_at < connection.installed_at:
        raise Ignored(f"{connection.name} was connected again after this was sent.")
    Connection.objects.filter(pk=connection.pk).update(
        tokens="", tokens_expire_at=None, credentials_version=F("credentials_version") + 1
    )
    needs_attention(connection, "The store removed our app. Send its owner a new install link.")


@on("connection.scopes_changed")
def check_again(event: Event, row: InboundEvent) -> None:
    """What the account allows changed: find out whether it is still enough."""
    enqueue("integrations.tasks.check_connection", row.connection_id or 0)
