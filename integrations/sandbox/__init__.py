"""The provider simulator: an HTTP server of its own that plays remote systems and keeps a ledger.

It judges the portal from outside, so it imports nothing of Crossdock and uses no database.
"""
