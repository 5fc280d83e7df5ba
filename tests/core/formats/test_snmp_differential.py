"""Our SNMP codec against pysnmp's: what one writes, the other reads as the same, and the other way round."""

from __future__ import annotations

from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto.api import v1, v2c
from tests.strategies import TaggedVarBind, encoded, pdus, tagged_varbinds, untagged

from frisket.formats import ber, snmp
from frisket.formats.snmp import Message, Missing, Pdu, Version, decode_message, encode_message
from frisket.model.oid import Oid

# (version, community, PDU's tag, request id, error status, error index, varbinds)
Spoken: TypeAlias = tuple[int, bytes, int, int, int, int, list[TaggedVarBind]]

_PDUS = {
    Pdu.GET: "GetRequestPDU",
    Pdu.GET_NEXT: "GetNextRequestPDU",
    Pdu.SET: "SetRequestPDU",
    Pdu.GET_BULK: "GetBulkRequestPDU",
}
_TYPES = {
    ber.INTEGER: "Integer",
    ber.OCTET_STRING: "OctetString",
    ber.OBJECT_IDENTIFIER: "ObjectIdentifier",
    snmp.IP_ADDRESS: "IpAddress",
    snmp.TIME_TICKS: "TimeTicks",
    snmp.OPAQUE: "Opaque",
}


@st.composite
def spoken(draw: st.DrawFn, version: Version) -> Spoken:
    """A message that either side can say."""
    pdu = draw(pdus(version))
    bulk = pdu == Pdu.GET_BULK
    status = draw(st.integers(0, 2**31 - 1 if bulk else 18 if version == Version.V2C else 5))
    index = draw(st.integers(0, 2**31 - 1))
    varbinds = draw(tagged_varbinds(version))
    request_id = draw(st.integers(-(2**31), 2**31 - 1))
    return (version, draw(st.binary(max_size=60)), pdu, request_id, status, index, varbinds)


def our_octets(said: Spoken) -> bytes:
    version, community, pdu, request_id, status, index, varbinds = said
    return encode_message(
        version, community, pdu, request_id, encoded(varbinds), error_status=status, error_index=index
    )


# --- pysnmp's side -----------------------------------------------------------------------------


def tag_of(value: Any) -> int:
    """The one octet that an implicitly tagged type goes by."""
    outer = value.tagSet.superTags[-1]
    return int(outer.tagClass | outer.tagFormat | outer.tagId)


def theirs_from(value: Any) -> TaggedVarBind | tuple[int, Any]:
    """(tag, value) of a value of pysnmp's, in the types of ours."""
    tag = tag_of(value)
    if tag in {missing.value for missing in Missing}:
        return tag, Missing(tag)
    if tag == ber.OBJECT_IDENTIFIER:
        return tag, tuple(value)
    if tag in {ber.OCTET_STRING, snmp.IP_ADDRESS, snmp.OPAQUE}:
        return tag, bytes(value)
    return tag, int(value)


def read_by_pysnmp(octets: bytes, version: Version) -> Spoken:
    api: Any = v1 if version == Version.V1 else v2c
    message, rest = decoder.decode(octets, asn1Spec=api.Message())
    assert not rest
    pdu = api.apiMessage.get_pdu(message)
    said = api.apiBulkPDU if tag_of(pdu) == Pdu.GET_BULK else api.apiPDU
    if said is api.apiPDU:
        status, index = pdu.getComponentByPosition(1), pdu.getComponentByPosition(2)
    else:
        status, index = said.get_non_repeaters(pdu), said.get_max_repetitions(pdu)
    varbinds = [(tuple(oid), *theirs_from(value)) for oid, value in said.get_varbinds(pdu)]
    return (
        int(api.apiMessage.get_version(message)),
        bytes(api.apiMessage.get_community(message)),
        tag_of(pdu),
        int(said.get_request_id(pdu)),
        int(status),
        int(index),
        varbinds,
    )


def their_value(api: Any, tag: int, value: Any) -> Any:
    if tag == snmp.COUNTER32:
        return api.Counter(value) if api is v1 else api.Counter32(value)
    if tag == snmp.GAUGE32:
        return api.Gauge(value) if api is v1 else api.Gauge32(value)
    if tag == snmp.COUNTER64:
        return api.Counter64(value)
    if isinstance(value, Missing):
        kinds = {
            Missing.UNSPECIFIED: lambda: api.Null(""),
            Missing.NO_SUCH_OBJECT: lambda: api.NoSuchObject(""),
            Missing.NO_SUCH_INSTANCE: lambda: api.NoSuchInstance(""),
            Missing.END_OF_MIB_VIEW: lambda: api.EndOfMibView(""),
        }
        return kinds[value]()
    return (
        getattr(api, _TYPES[tag])(hexValue=value.hex()) if tag == snmp.IP_ADDRESS else getattr(api, _TYPES[tag])(value)
    )


def said_by_pysnmp(said: Spoken) -> bytes:
    version, community, pdu_tag, request_id, status, index, varbinds = said
    api: Any = v1 if version == Version.V1 else v2c
    name = _PDUS.get(Pdu(pdu_tag), "GetResponsePDU" if version == Version.V1 else "ResponsePDU")
    pdu = getattr(api, name)()
    speaker = api.apiBulkPDU if pdu_tag == Pdu.GET_BULK else api.apiPDU
    speaker.set_defaults(pdu)
    speaker.set_request_id(pdu, request_id)
    if pdu_tag == Pdu.GET_BULK:
        speaker.set_non_repeaters(pdu, status)
        speaker.set_max_repetitions(pdu, index)
    else:
        pdu.setComponentByPosition(1, status)
        pdu.setComponentByPosition(2, index)
    speaker.set_varbinds(
        pdu, [(api.ObjectIdentifier(oid), their_value(api, tag, value)) for oid, tag, value in varbinds]
    )
    message = api.Message()
    api.apiMessage.set_defaults(message)
    api.apiMessage.set_community(message, community)
    api.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


# --- both ways ---------------------------------------------------------------------------------


@settings(max_examples=80)
@given(st.sampled_from(Version).flatmap(spoken))
def test_pysnmp_reads_what_we_write(said: Spoken) -> None:
    assert read_by_pysnmp(our_octets(said), Version(said[0])) == said


@settings(max_examples=80)
@given(st.sampled_from(Version).flatmap(spoken))
def test_we_read_what_pysnmp_writes(said: Spoken) -> None:
    version, community, pdu, request_id, status, index, varbinds = said
    read = decode_message(said_by_pysnmp(said))
    assert read == Message(version, community, pdu, request_id, status, index, untagged(varbinds))


def test_every_pdu_and_value_is_compared() -> None:
    """The strategies above reach each kind: what one of them is named in our enums stands in pysnmp, too."""
    oid: Oid = (1, 3, 6, 1, 4, 1, 2**32 - 1, *range(120))
    varbinds: list[TaggedVarBind] = [
        (oid, ber.INTEGER, -(2**31)),
        (oid, snmp.COUNTER64, 2**64 - 1),
        *((oid, missing.value, missing) for missing in Missing),
    ]
    for pdu in Pdu:
        said: Spoken = (Version.V2C, b"public", pdu, 1, 0, 0, varbinds)
        assert read_by_pysnmp(our_octets(said), Version.V2C) == said
        assert decode_message(said_by_pysnmp(said)).varbinds == untagged(varbinds)
