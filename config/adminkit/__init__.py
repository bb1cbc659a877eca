"""The dress of the admin: site, base classes, POST actions, badges, icons. It imports no app."""
