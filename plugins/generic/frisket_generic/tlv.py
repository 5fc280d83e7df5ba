"""Numbers in tag-length-value records, in which makers pack many counters into one octet string.

A record is a tag, a type, the length of the value, and the value, most significant octet first; 0xff ends the list.
Brother keeps its page counters and the remaining life of its parts like this (seven octets a record).
"""

from __future__ import annotations

from frisket.plugins import StepError, Value

_END = 0xFF


def tlv(value: Value, tag: str) -> Value:
    """The unsigned number under a tag, given as two hexadecimal digits; None where the device has no such record."""
    found = _record(value, tag)
    return None if found is None else int.from_bytes(found, "big")


def tlv_share(value: Value, tag: str) -> Value:
    """The percentage in a record of two octets, so many of so many; None where there is no such record.

    Older inkjets of Brother say the ink that is left like this (5490CN: a1 01 02 04 14, which is 4 of 20).
    """
    found = _record(value, tag)
    if found is None or len(found) != 2:
        return None
    part, whole = found
    if part > whole or not whole:
        raise StepError(f"{part} of {whole} is no share")
    return 100 * part / whole


def _record(value: Value, tag: str) -> bytes | None:
    """The value of the first record under a tag."""
    if not isinstance(value, bytes):
        raise StepError("tag-length-value records are octets; put this step first")
    wanted = int(tag, 16)
    at = 0
    while at + 3 <= len(value) and value[at] != _END:
        start, length = at + 3, value[at + 2]
        if start + length > len(value):
            raise StepError(f"the record at octet {at} is cut off")
        if value[at] == wanted:
            return value[start : start + length]
        at = start + length
    return None
