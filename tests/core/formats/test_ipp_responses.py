"""The responses of recordings that are written from facts are such as the reader of real ones takes."""

from __future__ import annotations

from tests.ipp_responses import response

from frisket.formats.ipp import decode_response


def test_a_response_written_from_facts_is_read_back() -> None:
    found = decode_response(response({"printer-make-and-model": ["Acme Q9"], "marker-levels": [61, -2]}))
    assert found.status == 0
    assert found.attributes["printer-make-and-model"] == ("Acme Q9",)
    assert found.attributes["marker-levels"] == (61, -2)
