"""What a recording holds: everything that a device said once, as answers, whatever the protocol.

device.snmprec          SNMP objects; without it, the device is silent there
device@NAME.snmprec     the objects of its SNMP context NAME
http/a/b.xml            what GET /a/b.xml gives; `index.html` stands for the folder's own path, too
pjl/INFO_STATUS.txt     the answer to `@PJL INFO STATUS`, without its framing
ipp/ipp_print.bin       the octets of the response of /ipp/print to Get-Printer-Attributes
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from frisket.errors import RecordingError
from frisket.formats.snmprec import parse_snmprec, recorded_answers
from frisket.model.answers import Answers
from frisket.model.request import Reply

DEVICE_FILE = "device.snmprec"
_CONTEXT_FILE = re.compile(r"device@(.*)\.snmprec\Z")
_KINDS = ("http", "pjl", "ipp")
_INDEX = "index.html"


def load_answers(path: Path) -> Answers:
    """A recording's folder, or a bare `.snmprec` file; RecordingError says which file is wrong and where."""
    if not path.is_dir():
        return recorded_answers(parse_snmprec(read_file(path), str(path)))
    return answers_of(files_of(path), name=str(path))


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their names in it; RecordingError for one that cannot be read."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): read_file(path) for path in found}


def answers_of(files: Mapping[str, bytes], *, name: str) -> Answers:
    """What the files of a recording say, by their names in its folder; `name` is what messages call the folder."""
    if not any(file == DEVICE_FILE or file.partition("/")[0] in _KINDS for file in files):
        raise RecordingError(f"{name}: holds no recording; one has {DEVICE_FILE}, http/, pjl/ or ipp/ in it")
    device = files.get(DEVICE_FILE)
    answers = Answers() if device is None else _objects(device, f"{name}/{DEVICE_FILE}")
    for file in sorted(files):
        context = _CONTEXT_FILE.match(file)
        if context:
            answers.contexts[context[1]] = _objects(files[file], f"{name}/{file}")
    for kind in _KINDS:
        for file in sorted(file for file in files if file.startswith(f"{kind}/")):
            for reply in replies_of(file, files[file]):
                answers.add_reply(reply)
    return answers


def read_file(file: Path) -> bytes:
    """RecordingError where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise RecordingError(f"{file}: cannot be read: {error.strerror}") from None


def _objects(octets: bytes, name: str) -> Answers:
    return recorded_answers(parse_snmprec(octets, name))


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
