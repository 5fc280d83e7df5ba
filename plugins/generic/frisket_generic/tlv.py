"""Numbers in tag-length-value records, in which makers pack many counters into one octet string.

A record is a tag, a type, the length of the value, and the value, most significant octet first; 0xff ends the list.
Brother keeps its page counters and the remaining life of its parts like this (seven octets a record).
"""

from __future__ import annotations

from frisket.plugins import StepError, Value

_END = 0xFF


def tlv(value: Value, tag: str) -> Value:
    """The unsigned number under a tag, given as two hexadecimal digits; None where the device has no such record."""
    if not isinstance(value, bytes):
        raise StepError("tag-length-value records are octets; put this step first")
    wanted = int(tag, 16)
    at = 0
    while at + 3 <= len(value) and value[at] != _END:
        start, length = at + 3, value[at + 2]
        if start + length > len(value):
            raise StepError(f"the record at octet {at} is cut off")
        if value[at] == wanted:
            return int.from_bytes(value[start : start + length], "big")
        at = start + length
    return None
