"""Virtual printers: recordings replayed over real sockets, for demos, tests, benchmarks and vendors."""

from frisket.lab.behaviour import Behaviour, Datagram, Exchange
from frisket.lab.catalogue import BEHAVIOUR_NAMES, BEHAVIOURS, describe, make_behaviour
from frisket.lab.facts import Facts
from frisket.lab.fleet import Fleet, running_fleet
from frisket.lab.places import Place
from frisket.lab.printer import RunningPrinter, VirtualPrinter
from frisket.lab.recording import Recording, find_recordings, load_recording
from frisket.lab.snmp_agent import Response, SnmpAgent
from frisket.lab.traffic import Traffic

__all__ = [
    "BEHAVIOURS",
    "BEHAVIOUR_NAMES",
    "Behaviour",
    "Datagram",
    "Exchange",
    "Facts",
    "Fleet",
    "Place",
    "Recording",
    "Response",
    "RunningPrinter",
    "SnmpAgent",
    "Traffic",
    "VirtualPrinter",
    "describe",
    "find_recordings",
    "load_recording",
    "make_behaviour",
    "running_fleet",
]
