"""The twelve fields only: a mark in all that the winning profile does not read is in no spool, request, file or log."""

from __future__ import annotations

import asyncio

from tests.core.agent.conftest import QUICK, RECORDINGS, enroll, network
from tests.core.agent.memory_hub import MemoryHub, memory_hub
from tests.e2e.test_canary import MARK, MARK_NUMBER, what_is_read, with_marks

from frisket.agent.folder import AgentFolder
from frisket.agent.service import opened
from frisket.cli.bundled import bundled_recordings
from frisket.cli.workbench import load_database
from frisket.formats import ber
from frisket.formats.snmprec import RecordedValue
from frisket.lab import Recording, VirtualPrinter, load_recording, running_fleet
from frisket.plugins import Registry


def everything_written(recordings: list[Recording], folder: AgentFolder, registry: Registry) -> bytes:
    """Every octet that scans of these printers put into the folder, the log and the hub."""
    written: list[bytes] = []
    said: list[str] = []

    async def work(hub: MemoryHub) -> None:
        await enroll(folder, hub)
        async with opened(folder, registry, QUICK, said.append) as agent:
            while agent.state.state.desired is None:
                await agent.once(scan_now=False)
            await agent.scan()
            written.extend(stored.body for stored in agent.spool.oldest(1_000))
            assert len(written) == len(recordings)
            written.extend(path.read_bytes() for path in folder.path.rglob("*") if path.is_file())
            while agent.spool.counts().waiting:
                await agent.once(scan_now=False)
            assert len(hub.readings) == len(recordings)

    virtual = [VirtualPrinter(recording) for recording in recordings]
    with running_fleet(virtual, base=network(1), port_offset=11_000) as fleet, memory_hub(seed=9) as (hub, _):
        hub.want(*(f"{printer.address}:{printer.snmp_port}" for printer in fleet.printers))
        asyncio.run(work(hub))
        written += [*hub.bodies, *hub.raw_bodies]
    return b"\n".join([*written, *(line.encode() for line in said)])


def recordings_of(registry: Registry) -> list[Recording]:
    return [load_recording(path) for path in bundled_recordings(registry) if path.name in RECORDINGS]


def test_a_mark_in_what_is_not_read_is_written_nowhere(folder: AgentFolder, registry: Registry) -> None:
    database = load_database(registry)
    marked = [with_marks(recording, what_is_read(database, recording)) for recording in recordings_of(registry)]
    written = everything_written(marked, folder, registry)
    assert MARK.encode() not in written
    assert str(MARK_NUMBER).encode() not in written


def test_the_marks_would_be_seen(folder: AgentFolder, registry: Registry) -> None:
    location = (1, 3, 6, 1, 2, 1, 1, 6, 0)
    seen = recordings_of(registry)[0].replace_objects({location: RecordedValue(ber.OCTET_STRING, MARK.encode())})
    assert MARK.encode() in everything_written([seen], folder, registry)
