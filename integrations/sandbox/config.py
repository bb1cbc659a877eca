"""What one sandbox process is started with."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_API_KEY = "sandbox-api-key"
DEFAULT_API_SECRET = "sandbox-api-secret"  # noqa: S105 - a simulator's own, opens nothing
DEFAULT_ERP_USERNAME = "ops@crossdock-coffee.example"
DEFAULT_ERP_PASSWORD = "sandbox-erp-password"  # noqa: S105 - the same


@dataclass(frozen=True)
class Config:
    """Settings of a sandbox; ports of 0 mean any free port, no state path means memory only."""

    port: int = 8100
    smtp_port: int | None = 8125
    state_path: Path | None = None
    api_key: str = DEFAULT_API_KEY
    api_secret: str = DEFAULT_API_SECRET
    erp_username: str = DEFAULT_ERP_USERNAME
    erp_password: str = DEFAULT_ERP_PASSWORD
    seed: bool = True
    webhook_retry_base_seconds: float = 2.0
    webhook_timeout_seconds: float = 5.0
    hold_seconds: float = 35.0
    cost_bucket: float = 2000.0
    cost_restore_per_second: float = 100.0
    random_seed: int = 7
