"""A recording on disk, ready to become a case: what was said, what SNMP cannot say, a draft of what is true."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs

from frisket.errors import RecordingError
from frisket.formats.scrub import Raw
from frisket.formats.snmprec import format_snmprec
from frisket.profile.database import ProfileDatabase
from frisket.profile.expectation import format_expectation, format_facts
from frisket.scan.recording import answers_of, identify
from frisket.wire.device import to_document

MARK = "UNSCRUBBED.txt"
_MARK_TEXT = """\
This recording holds serial numbers, names and addresses as the device said them. It must not leave your desk.
Without --unscrubbed, `frisket record` writes one that may.
"""
_PORTS = {"http": "80", "pjl": "9100", "ipp": "631"}


@attrs.frozen(kw_only=True)
class CaseDraft:
    """A folder that was written, and the profile that won there; None for no printer."""

    folder: Path
    profile: str | None
    title: str


def check_folder(folder: Path) -> None:
    """RecordingError where something lies there already: a recording is never mixed with another one."""
    if folder.is_dir() and any(folder.iterdir()):
        raise RecordingError(f"{folder}: is not empty; name a new folder")
    if folder.exists() and not folder.is_dir():
        raise RecordingError(f"{folder}: is a file; name a new folder")


def write_case(
    folder: Path, raw: Raw, database: ProfileDatabase, *, versions: Sequence[str] = ("1", "2c"), scrubbed: bool = True
) -> CaseDraft:
    """Everything or RecordingError; the draft of what is true is what the profiles read now."""
    reading, profile = identify(database, answers_of(raw))
    device = None if reading is None else reading.device
    words = (device.manufacturer, device.model) if device else ()
    title = " ".join(filter(None, words)) or "A device without a name"
    ports = sorted(_ports(raw))
    won = None if profile is None else profile.id
    files = {
        **({"device.snmprec": format_snmprec(raw.objects)} if raw.objects else {}),
        "facts.yaml": format_facts(title, versions=versions, ports=ports, sources=("frisket record",)).encode(),
        "expect.yaml": format_expectation(won, to_document(device) if device else None).encode(),
        **raw.files,
        **({} if scrubbed else {MARK: _MARK_TEXT.encode()}),
    }
    check_folder(folder)
    try:
        for name, octets in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(octets)
    except OSError as error:
        raise RecordingError(f"{folder}: cannot be written: {error.strerror}") from None
    return CaseDraft(folder=folder, profile=won, title=title)


def _ports(raw: Raw) -> set[str]:
    return {port for kind, port in _PORTS.items() if any(name.startswith(f"{kind}/") for name in raw.files)}
