"""What leaves the network: the twelve fields and the envelope, to the octet."""

from __future__ import annotations

import json
import os
from pathlib import Path

import attrs
from hypothesis import given
from tests.core.agent.made_up import full_reading
from tests.strategies import devices

from frisket.agent.envelope import seal
from frisket.agent.folder import AgentFolder
from frisket.agent.spool import Spool
from frisket.agent.upload import next_batch
from frisket.model.device import TWELVE_FIELDS, Device
from frisket.model.reading import Reading
from frisket.wire.device import from_document
from frisket.wire.documents import Batch, SpooledReading, from_data, to_data
from frisket.wire.json_text import dump, load_object

GOLDEN = Path(__file__).parent / "golden" / "upload.json"


def test_the_wire_carries_exactly_the_fields_and_the_envelope(folder: AgentFolder) -> None:
    spool = Spool.open(folder)
    spool.add(seal(full_reading()))
    batch = next_batch(spool)
    spool.close()
    assert batch is not None
    if "FRISKET_WRITE_GOLDEN" in os.environ:
        GOLDEN.write_text(json.dumps(json.loads(batch.body), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert json.loads(batch.body) == json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert b"SECRET" not in batch.body
    sent = json.loads(batch.body)["readings"][0]
    assert set(sent) == {"number", "device", "sources", "notes", "counts"}
    assert set(sent["device"]) == {"schema", "read_at", *TWELVE_FIELDS}


def test_a_batch_is_what_the_grammar_says(folder: AgentFolder) -> None:
    """Batches are joined from octets; the result is that of the documents."""
    spool = Spool.open(folder)
    sealed = seal(full_reading())
    numbers = [spool.add(sealed) for _ in range(3)]
    batch = next_batch(spool)
    spool.close()
    assert batch is not None
    readings = [attrs.evolve(sealed, number=number) for number in numbers]
    assert batch.body == dump(to_data(Batch(readings=readings)))
    assert from_data(load_object(batch.body, max_bytes=1 << 20), Batch).readings == readings


@given(devices())
def test_every_device_can_be_sealed_and_read_again(device: Device) -> None:
    sealed = seal(Reading(device=device, profile="a/b@1"))
    again = from_data(load_object(dump(to_data(sealed)), max_bytes=1 << 20), SpooledReading)
    assert from_document(again.device) == device
