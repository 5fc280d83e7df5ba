"""What lies in a recording's folder: everything that a device said once, as answers, whatever the protocol.

device.snmprec          SNMP objects; without it, the device is silent there
device@NAME.snmprec     the objects of its SNMP context NAME
http/a/b.xml            what GET /a/b.xml gives; `index.html` stands for the folder's own path, too
pjl/INFO_STATUS.txt     the answer to `@PJL INFO STATUS`, without its framing
ipp/ipp_print.bin       the octets of the response of /ipp/print to Get-Printer-Attributes
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from frisket.errors import RecordingError
from frisket.formats.snmprec import parse_snmprec, recorded_answers
from frisket.model.answers import Answers
from frisket.model.request import Reply

DEVICE_FILE = "device.snmprec"
_CONTEXT_FILES = "device@*.snmprec"
_INDEX = "index.html"


def load_answers(path: Path) -> Answers:
    """A recording's folder, or a bare `.snmprec` file; RecordingError says which file is wrong and where."""
    if not path.is_dir():
        return _objects(path)
    if not is_recording(path):
        raise RecordingError(f"{path}: holds no recording; one has {DEVICE_FILE}, http/, pjl/ or ipp/ in it")
    device = path / DEVICE_FILE
    answers = _objects(device) if device.is_file() else Answers()
    for file in sorted(path.glob(_CONTEXT_FILES)):
        answers.contexts[file.stem.partition("@")[2]] = _objects(file)
    for reply in _replies(path):
        answers.add_reply(reply)
    return answers


def is_recording(folder: Path) -> bool:
    """Whether something that a device said lies in a folder."""
    return (folder / DEVICE_FILE).is_file() or any((folder / name).is_dir() for name in ("http", "pjl", "ipp"))


def read_file(file: Path) -> bytes:
    """RecordingError where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise RecordingError(f"{file}: cannot be read: {error.strerror}") from None


def _objects(file: Path) -> Answers:
    return recorded_answers(parse_snmprec(read_file(file), str(file)))


def _replies(folder: Path) -> Iterator[Reply]:
    for kind in ("http", "pjl", "ipp"):
        for file in sorted(file for file in (folder / kind).rglob("*") if file.is_file()):
            yield from replies_of(file.relative_to(folder).as_posix(), read_file(file))


def replies_of(name: str, octets: bytes) -> Iterator[Reply]:
    """What the file of this name in a recording is the reply to; a folder's index is that of the folder, too."""
    protocol, _, rest = name.partition("/")
    stem = rest.rpartition(".")[0]
    if protocol == "pjl":
        yield Reply(protocol="pjl", name=stem.replace("_", " ").upper(), octets=octets)
    elif protocol == "ipp":
        yield Reply(protocol="ipp", name=f"/{stem.replace('_', '/')}", octets=octets)
    elif protocol == "http":
        yield Reply(protocol="http", name=f"/{rest}", octets=octets)
        if rest.endswith(_INDEX) and f"/{rest}".endswith(f"/{_INDEX}"):
            yield Reply(protocol="http", name=f"/{rest.removesuffix(_INDEX)}", octets=octets)
