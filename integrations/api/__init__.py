"""This app's part of the portal's API."""

from integrations.api.sync import router

__all__ = ["router"]
