"""IPP responses of real printers, where the corpus has some."""

from __future__ import annotations

from pathlib import Path

import pytest

from frisket.errors import DecodeError
from frisket.formats.ipp import decode_response

pytestmark = pytest.mark.e2e


def test_recorded_responses_are_read_whole_or_not_at_all(corpus: Path) -> None:
    files = sorted((corpus / "ipp").glob("*.bin"))
    if not files:
        pytest.skip("the corpus has no IPP responses")
    for file in files:
        octets = file.read_bytes()
        found = decode_response(octets)
        assert found.status <= 0xFF
        assert "printer-make-and-model" in found.attributes
        for length in range(0, len(octets), 7):
            with pytest.raises(DecodeError):
                decode_response(octets[:length])
