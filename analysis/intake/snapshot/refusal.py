"""Why a snapshot was not taken, as one sentence that holds no password, host or user."""

from __future__ import annotations


class SnapshotRefused(Exception):
    """The command cannot go on. The text is for the administrator and safe to keep in a log.

    It is raised after the driver's own exception has been dealt with and forgotten: what a driver
    says may hold the whole address, and Python would show it above ours.
    """


def unwritable(what: str, failure: OSError) -> str:
    """Why the system takes no file or folder, as a sentence with the repair."""
    reason = failure.strerror or "the system gives no reason"
    return f"{what} cannot be written ({reason}). Check that there is room, and that you may write there."
