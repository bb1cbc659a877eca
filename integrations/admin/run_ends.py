"""What the page of a run says when it ended: what to do, which run goes on, how loud it is."""

from integrations.admin.places import row_url
from integrations.admin.run_words import Named
from integrations.models import SyncRun
from integrations.models.runs import PUT_OFF
from integrations.services.put_off import next_run_of

Status = SyncRun.Status
SILENT = "silent"
HINTS = {
    "auth": "The account does not let us in. Open the connection and connect it again.",
    "retryable": "Nothing to do: it runs again on its schedule, or press Run again.",
    "bad_response": "Their answer could not be used. Run it again; if it stays, tell them.",
    "not_active": "Make the connection work first, then run it again.",
    "not_capable": "This kind of system does not have this flow.",
    "not_configured": "Connect it with an address, a user and a password, then run it again.",
    "waiting": "A queued run starts by itself as soon as the system may be called.",
    "stopped": "What is done is not done twice.",
    "defect": "This is a fault of ours. The log of the worker has the details.",
    PUT_OFF: "There is nothing to do.",
}


def hint_of(run: SyncRun) -> str:
    """What to do about how it ended; empty where the sentence of the run says it all."""
    if run.reason != SILENT:
        return HINTS.get(run.reason, "")
    if find_later(run) is not None:
        return "It was started once more by itself; what is done already is not done twice."
    return (
        "It is not started again by itself, because that happened twice in a row. Look at the log "
        "and the memory of the worker, then press Run again."
    )


def find_later(run: SyncRun) -> Named | None:
    """The run that goes on with the work of one that was put off or interrupted."""
    if run.reason not in (PUT_OFF, SILENT):
        return None
    later = next_run_of(run)
    return Named(f"See run #{later.pk}", row_url(later)) if later else None


def tone_of(run: SyncRun) -> str:
    """Of the banner: bad where something broke, mute where nothing is wrong."""
    if run.status in (Status.FAILED, Status.INTERRUPTED):
        return "bad"
    return "mute" if run.status in (Status.SKIPPED, Status.CANCELED) else "warn"
