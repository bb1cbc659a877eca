"""The real settings plus the blind peer; chosen by `make chaos BLIND=1`."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as REAL_APPS

INSTALLED_APPS = [*REAL_APPS, "tests.e2e.chaos.blind.Blind"]
