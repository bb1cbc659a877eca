"""The mailbox: an SMTP server that keeps what it is sent."""

import contextlib
import logging
import socket
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from pydantic import BaseModel

if TYPE_CHECKING:
    from .world import World

log = logging.getLogger(__name__)
MOST_MAILS = 500


class Mail(BaseModel):
    """One received mail; `recipients` are those of the envelope."""

    id: int
    at: datetime
    sender: str
    recipients: list[str]
    subject: str = ""
    text: str = ""
    html: str = ""


def read_mail(mail_id: int, at: datetime, sender: str, to: list[str], raw: bytes) -> Mail:
    """A mail from the bytes that came over SMTP."""
    message = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    return Mail(
        id=mail_id,
        at=at,
        sender=sender,
        recipients=to,
        subject=str(message.get("Subject", "")),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    with contextlib.suppress(LookupError, UnicodeError, KeyError):
        return str(part.get_content())
    return ""


class Mailbox:
    """aiosmtpd's handler: every mail is accepted and kept."""

    def __init__(self, world: "World") -> None:
        self._world = world

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self._world.keep_mail(
            str(envelope.mail_from or ""),
            [str(address) for address in envelope.rcpt_tos],
            bytes(envelope.original_content or envelope.content or b""),
        )
        return "250 Kept"


def start_mailbox(world: "World", port: int) -> Controller:
    """An SMTP server on 127.0.0.1; the caller stops it. Raises OSError when the port is taken."""
    controller = Controller(Mailbox(world), hostname="127.0.0.1", port=port or _free_port())
    controller.start()
    return controller


def _free_port() -> int:
    # aiosmtpd connects to its own port to see that it is up, so 0 cannot be left to the system
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
