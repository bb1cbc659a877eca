"""The end of an answer that does not end by itself."""

import threading
from typing import Any


def cut_off(raw: Any, seconds: float) -> threading.Timer:
    """Shut the socket of a streamed `requests` answer when this many seconds are over.

    Ends a body that drips for ever: the time-out of a socket counts only the silence. Cancel the
    timer once the body is there.
    """

    def shut_down() -> None:
        try:
            raw.raw.shutdown()
        except (ValueError, RuntimeError, OSError):  # already read, or not a socket
            return

    timer = threading.Timer(max(seconds, 0), shut_down)
    timer.daemon = True
    timer.start()
    return timer
