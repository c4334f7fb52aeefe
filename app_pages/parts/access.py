"""Who is looking: the settings file of the administrator, the address of the browser, and the audit.

Nothing in a page's address or widgets has a say in it.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from analysis.disclosure import Audience, AuditLog, Event, Right, Settings, SettingsError, read_settings

_AUDIENCE = "kat_audience"
_AUDITED = "kat_audited"
# A server in between shows its own address for everybody's; what it passes on could be written by anyone.
_PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
_BEHIND_A_PROXY = "behind a proxy"
REFUSED = (
    "This dashboard is open only on the machine it was started on. Whoever keeps it can open it to others with a "
    'settings file (README, "Who may see what").'
)
BROKEN = "The settings file cannot be used, so nothing is shown to anybody. Mend it and start the dashboard again."
CANNOT_AUDIT = (
    "The audit log named in the settings cannot be written, and what cannot be audited must not happen. Whoever keeps "
    "this dashboard has to mend that first."
)


def admin_file() -> Path | None:
    """The settings file asked for with `-- --admin FILE` or KAT_ADMIN."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--admin", default=os.environ.get("KAT_ADMIN"))
    asked, _ = parser.parse_known_args(sys.argv[1:])
    return Path(asked.admin) if asked.admin else None


def settings() -> Settings | SettingsError:
    """The settings of this server, read once, or every fault of their file."""
    path = admin_file()
    return Settings() if path is None else _settings(str(path))


@st.cache_resource(max_entries=4, show_spinner=False)
def _settings(path: str) -> Settings | SettingsError:
    try:
        return read_settings(Path(path))
    except SettingsError as error:
        return error


def address() -> str | None:
    """Where the browser is; None on this machine."""
    if any(name in st.context.headers for name in _PROXY_HEADERS):
        return _BEHIND_A_PROXY
    return st.context.ip_address


def email() -> str | None:
    """The address of somebody signed in; None where nobody can sign in or nobody did."""
    claims = st.user.to_dict()
    return str(claims["email"]) if claims.get("is_logged_in") and claims.get("email") else None


def admitted(known: Settings) -> Audience | None:
    """Who is looking, kept for this run; None when nobody may look from there."""
    audience = known.audience(address(), email())
    st.session_state[_AUDIENCE] = audience
    return audience


def audience() -> Audience:
    """Who is looking; pages run only for somebody who may."""
    found: Audience = st.session_state[_AUDIENCE]
    return found


def is_holder() -> bool:
    return audience().kind == "holder"


def may(right: Right) -> bool:
    return audience().may(right)


def who() -> str:
    """The reader as the audit names them."""
    found = st.session_state.get(_AUDIENCE)
    kind = "nobody" if found is None else found.kind
    return email() or f"{kind} at {address() or 'this machine'}"


def is_audited() -> bool:
    return log() is not None


def cannot_audit() -> str:
    """Why an export would fail now: a sentence, empty when all is well or nothing is kept."""
    known = settings()
    if not isinstance(known, Settings) or known.audit_log is None:
        return ""
    log = known.audit_log
    writable = os.access(log, os.W_OK) if log.exists() else os.access(log.parent, os.W_OK)
    return "" if writable else CANNOT_AUDIT


def log() -> AuditLog | None:
    """The log that the settings keep."""
    known = settings()
    return AuditLog(known.audit_log) if isinstance(known, Settings) and known.audit_log is not None else None


def written(kept: AuditLog | None, event: Event, by: str, details: Mapping[str, str | int | None]) -> str:
    """Write one entry, if a log is kept. A sentence when that failed: the action must not go on then."""
    if kept is None:
        return ""
    try:
        kept.write(event, by, details)
    except (OSError, ValueError):
        logging.exception("The audit log could not be written")
        return CANNOT_AUDIT
    return ""


def audit(event: Event, **details: str | int | None) -> str:
    """Write one entry about whoever is looking. A sentence when that failed."""
    return written(log(), event, who(), details)


def audit_once(event: Event, about: str, **details: str | int | None) -> str:
    """The same once a session for each thing it is about: a page is drawn many times."""
    done: set[tuple[str, str]] = st.session_state.setdefault(_AUDITED, set())
    if (event, about) in done:
        return ""
    failed = audit(event, **details)
    if not failed:
        done.add((event, about))
    return failed
