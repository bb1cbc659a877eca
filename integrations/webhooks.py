"""What this app itself does with webhooks: accounts that left us, or changed what we may do."""

from django.db.models import F, Q

from integrations.jobs import enqueue
from integrations.models import InboundEvent
from integrations.registry import on
from integrations.services.connections import needs_attention
from integrations.services.webhooks import Ignored, Waiting
from integrations.types import Event

REMOVED = "The store removed our app. Reconnect it: its owner gets a link and approves once more."


@on("connection.uninstalled")
def forget_tokens(event: Event, row: InboundEvent) -> None:
    """The account removed our app: its tokens are dead. News older than a reinstall is not news."""
    connection = row.connection
    assert connection is not None
    sent_at = row.sent_at or row.received_at
    if connection.installed_at and sent_at < connection.installed_at:
        raise Ignored(f"{connection.name} was connected again after this was sent.")
    # The owner may be saying yes again in this very moment: a newer install keeps its tokens.
    same_install = Q(installed_at=connection.installed_at)
    wiped = {"tokens": "", "tokens_expire_at": None, "status_reason": REMOVED}
    version = F("credentials_version") + 1
    if not connection.update_where(same_install, credentials_version=version, **wiped):
        raise Waiting(f"{connection.name} is being connected again.")
    needs_attention(connection, REMOVED)


@on("connection.scopes_changed")
def check_again(event: Event, row: InboundEvent) -> None:
    """What the account allows changed: find out whether it is still enough."""
    enqueue("integrations.tasks.check_connection", row.connection_id or 0)
