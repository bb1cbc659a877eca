"""The tables of the integrations app."""

from integrations.models.alerts import Alert
from integrations.models.api_keys import ApiKey
from integrations.models.bulk import BulkAction, BulkRow
from integrations.models.connection import Connection
from integrations.models.events import InboundEvent
from integrations.models.imports import ImportJob, ImportRow
from integrations.models.installs import InstallLink
from integrations.models.records import ApiCall, ExternalRef, Heartbeat
from integrations.models.runs import SyncChange, SyncRun
from integrations.models.schedules import FlowSchedule

__all__ = [
    "Alert",
    "ApiCall",
    "ApiKey",
    "BulkAction",
    "BulkRow",
    "Connection",
    "ExternalRef",
    "FlowSchedule",
    "Heartbeat",
    "ImportJob",
    "ImportRow",
    "InboundEvent",
    "InstallLink",
    "SyncChange",
    "SyncRun",
]
