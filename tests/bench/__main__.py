"""Prints a table of what the parts that a scan consists of cost on this machine."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api

from frisket.cli.bundled import bundled_recordings
from frisket.cli.workbench import load_database
from frisket.formats.markup import parse_html
from frisket.formats.select import Selector
from frisket.formats.snmp import Pdu, decode_message, encode_message, encode_value, encode_varbind, prepare
from frisket.formats.snmprec import parse_snmprec, recorded_answers
from frisket.lab import VirtualPrinter, load_recording, running_fleet
from frisket.model import Oid, Reading
from frisket.plugins import load_plugins
from frisket.profile.pipeline import replay
from frisket.scan.fleet import ScanSettings, scan
from frisket.scan.reader import Reader, utc_now
from frisket.scan.targets import parse_targets
from tests.bench import check_ins, releases
from tests.bench.figure import Figure

SYSTEM: tuple[Oid, ...] = ((1, 3, 6, 1, 2, 1, 1, 1, 0), (1, 3, 6, 1, 2, 1, 1, 2, 0))


def milliseconds_of_cpu(function: Callable[[int], object], count: int, rounds: int = 5) -> float:
    """For one of `count` calls, in the quickest of some rounds: what else runs on the machine counts little."""
    quickest = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for at in range(count):
            function(at)
        quickest = min(quickest, time.process_time() - started)
    return quickest / count * 1e3


def per_second(function: Callable[[int], object], seconds: float = 0.5) -> float:
    """Calls a second, over at least so many seconds."""
    count, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds:
        for _ in range(20):
            function(count)
            count += 1
    return count / passed


def codecs() -> Iterator[Figure]:
    """One GET and its answer, encoded and decoded: ours, and pysnmp's on the same octets."""
    answer = encode_message(
        1, b"public", Pdu.RESPONSE, 7, [encode_varbind(SYSTEM[0], encode_value(4, b"a printer of some maker, 1.02"))]
    )
    prepared = prepare(1, b"public", Pdu.GET, SYSTEM[:1])

    def ours(number: int) -> object:
        prepared.with_id(number)
        return decode_message(answer)

    module = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]

    def pysnmp(number: int) -> object:
        pdu = module.GetRequestPDU()
        module.apiPDU.set_defaults(pdu)
        module.apiPDU.set_request_id(pdu, number)
        module.apiPDU.set_varbinds(pdu, ((SYSTEM[0], module.Null("")),))
        message = module.Message()
        module.apiMessage.set_defaults(message)
        module.apiMessage.set_pdu(message, pdu)
        encoder.encode(message)
        return decoder.decode(answer, asn1Spec=module.Message())

    first, second = per_second(ours), per_second(pysnmp)
    yield Figure("codec: GET and answer, ours", first, "pairs/s")
    yield Figure("codec: GET and answer, pysnmp", second, "pairs/s")
    yield Figure("codec: ours against pysnmp", first / second, "times")


def pages() -> Iterator[Figure]:
    """A page of a web server as a tree, and what a profile asks of it."""
    row = '<tr><td class="label"><b>Counter {0}</b></td><td align="right"><font size="2">{0} pages</font></td></tr>'
    rows = "\n".join(row.format(number) for number in range(380))
    octets = f"<html><head><title>Counters</title></head><body><table>{rows}</table></body></html>".encode()
    page = parse_html(octets)
    selector = Selector('//td[contains(., "Counter 300")]/following-sibling::td[1]')
    assert selector.texts(page) == ["300 pages"]
    kilobytes = len(octets) // 1000
    yield Figure(f"HTML page of {kilobytes} kB as a tree", 1000 / per_second(lambda _: parse_html(octets)), "ms")
    yield Figure(f"typical selector on a {kilobytes} kB page", 1000 / per_second(lambda _: selector.texts(page)), "ms")


def mapping() -> Iterator[Figure]:
    """Every own recording replayed: identification, matching, planning and mapping, without a socket."""
    registry = load_plugins()
    started = time.perf_counter()
    database = load_database(registry)
    yield Figure(f"profiles: {len(database.profiles)} loaded and compiled", (time.perf_counter() - started) * 1e3, "ms")
    recorded = [
        recorded_answers(parse_snmprec((path / "device.snmprec").read_bytes(), path.name))
        for path in bundled_recordings(registry)
    ]

    def one(at: int) -> object:
        return replay(database, recorded[at], address=None, clock=utc_now)

    yield Figure("match, plan and map one device", milliseconds_of_cpu(one, len(recorded)), "ms CPU")


def commands() -> Iterator[Figure]:
    """The command as a user starts it: the quickest of some calls, and every recorded case once."""
    for arguments in (["--help"], ["plugins"]):
        yield Figure(f"frisket {arguments[0]}", min(seconds_of(arguments) for _ in range(5)), "s")
    yield Figure("frisket profile test, every case", seconds_of(["profile", "test"]), "s")


def seconds_of(arguments: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "frisket", *arguments], check=True, capture_output=True)
    return time.perf_counter() - started


def scanning() -> Iterator[Figure]:
    """200 virtual printers in this process, over real sockets on loopback."""
    registry = load_plugins()
    reader = Reader(database=load_database(registry), protocols=registry.protocols)
    originals = [load_recording(path) for path in bundled_recordings(registry) if "identity.cases" not in path.parts]
    printers = [VirtualPrinter(originals[at % len(originals)]) for at in range(200)]
    with running_fleet(printers, base="127.0.99.0", port_offset=31_000) as fleet:
        targets = [f"{printer.address}:{printer.snmp_port}" for printer in fleet.printers]
        started, cpu = time.perf_counter(), time.process_time()
        readings = asyncio.run(read_all(targets, reader))
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
        requests = sum(printer.traffic.snmp_requests for printer in fleet.printers)
    assert len(readings) == 200
    yield Figure("scan of 200 printers", seconds, "s")
    yield Figure("CPU a device, agent and lab together", cpu_seconds / 200 * 1e3, "ms")
    yield Figure("requests a device", requests / 200, "")


async def read_all(targets: list[str], reader: Reader) -> list[Reading]:
    found = scan(parse_targets(targets), reader, ScanSettings())
    return [result async for result in found if isinstance(result, Reading)]


def sweeping() -> Iterator[Figure]:
    """65,534 addresses on which nobody answers, one second of patience, in v2c and v1."""
    registry = load_plugins()
    reader = Reader(database=load_database(registry), protocols=registry.protocols)
    started, cpu = time.perf_counter(), time.process_time()
    asyncio.run(read_all(["127.64.0.0/16"], reader))
    yield Figure("sweep of 65,534 silent addresses", time.perf_counter() - started, "s")
    yield Figure("sweep of 65,534 silent addresses, CPU", time.process_time() - cpu, "s")


def main() -> None:
    for part in (commands, codecs, pages, mapping, scanning, sweeping, releases.updating, check_ins.figures):
        for figure in part():
            print(f"{figure.what:<46} {figure.value:>12,.2f} {figure.unit}")


main()
