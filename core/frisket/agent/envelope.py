"""From a reading to what may leave the network: the twelve fields, and around them the envelope (DESIGN 4).

Raw values, alternates, texts of notes and names of profiles that lost stay here.
"""

from __future__ import annotations

import re

from frisket.model.device import TWELVE_FIELDS
from frisket.model.reading import Cost, Reading
from frisket.wire.device import to_document
from frisket.wire.documents import Counts, FieldSource, SpooledReading

# What a path of a source may hold: the names of fields and columns, and a row's index
_PATH = re.compile(r"[a-z_]+(?:\.[a-z_]+)*(?:\[[A-Za-z0-9_.-]{1,100}\](?:\.[a-z_]+)?)?\Z")
_SHORT = 200


def seal(reading: Reading) -> SpooledReading:
    """Without a number yet, which the spool gives."""
    return SpooledReading(
        number=0,
        device=to_document(reading.device),
        sources=_sources(reading),
        notes=list(dict.fromkeys(note.code for note in reading.notes)),
        counts=_counts(reading.cost),
    )


def _sources(reading: Reading) -> dict[str, FieldSource]:
    """Per field the protocol, the object and `profile@version` that gave it."""
    sources = {}
    for path, provenance in reading.provenance.items():
        source = provenance.source
        if source is None or not _PATH.match(path) or re.split(r"[.\[]", path)[0] not in TWELVE_FIELDS:
            continue
        sources[path] = FieldSource(
            protocol=source.protocol[:_SHORT], object=source.object[:_SHORT], profile=source.profile[:_SHORT]
        )
    return sources


def _counts(cost: Cost) -> Counts:
    return Counts(requests=cost.requests, bytes=cost.bytes_received, milliseconds=round(cost.seconds * 1000))
