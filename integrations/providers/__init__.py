"""One module or package per kind of remote system, found by discovery (`integrations.registry`)."""
