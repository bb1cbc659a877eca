"""The one map from a status word to its tone."""

TONES: dict[str, tuple[str, ...]] = {
    "ok": (
        *(
            "Active",
            "Applied",
            "Completed",
            "Confirmed",
            "Connected",
            "Create",
            "Created",
            "Delivered",
        ),
        *("Done", "Fresh", "Granted", "Healthy", "Imported", "In stock", "Paid", "Processed"),
        *("Published", "Sent", "Shipped", "Verified"),
    ),
    "info": (
        *("Approved", "Authorized", "Booked", "Canceling", "Captured", "Exported", "Handling"),
        *("In transit",),
        *("Opened", "Ordered", "Packed", "Partially shipped", "Picking", "Placed", "Publishing"),
        *("Queued", "Reading", "Update"),
        *("Received", "Running", "Sending", "Updated", "With partner"),
    ),
    "warn": (
        *("Changed after send", "Degraded", "Expiring", "Held", "Interrupted", "Low stock"),
        *("On hold", "Partial", "Pending", "Price drift", "Put off", "Retrying", "Shortfall"),
        *("Slowed down", "Stale", "Terms to confirm", "To approve", "To book", "To confirm"),
        *("To publish", "Unconfirmed", "Unknown", "Unknown there", "Unused", "Waiting"),
    ),
    "bad": (
        *(
            "Canceled after send",
            "Does not answer",
            "Error",
            "Exception",
            "Failed",
            "Needs reconnect",
        ),
        *("Out of stock", "Overdue", "Payment mismatch", "Placement failed", "Refused", "Rejected"),
        *("SKU conflict", "Unreadable", "No partner"),
    ),
    "mute": (
        *("Archived", "Canceled", "Closed", "Disabled", "Discarded", "Draft", "Duplicate"),
        *("Expired", "Given up", "Ignored", "New", "Not imported", "Not published", "Open"),
        *("Overtaken", "Paused", "Refunded", "Revoked", "Skipped", "Suppressed", "Unchanged"),
        *("Voided",),
    ),
}
BADGES: dict[str, str] = {word: tone for tone, words in TONES.items() for word in words}


def tone(word: object) -> str:
    """Tone of a status word; a word that is not in the map is inert."""
    return BADGES.get(str(word), "mute")
