"""What the agent answers, by the rules of RFC 1157 and RFC 3416; no sockets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.formats.snmp import ErrorStatus, Message, Missing, Pdu, Version, decode_message
from frisket.lab import Facts, Recording, SnmpAgent
from frisket.lab.snmp_agent import MAX_SIZE

from .made_up import (
    BIG_COUNTER,
    COPIES,
    DESCRIPTIONS,
    LASER,
    LAST,
    LEVELS,
    SYS_DESCR,
    SYS_NAME,
    level,
    request,
    text,
)

AGENT = SnmpAgent.of(LASER)
V1 = Version.V1


def answer(data: bytes, agent: SnmpAgent = AGENT) -> Message:
    [datagram] = agent.answer(data)
    return decode_message(datagram)


def test_get_gives_the_recorded_values_in_the_order_asked() -> None:
    reply = answer(request(Pdu.GET, COPIES, SYS_NAME))
    assert reply.varbinds == ((COPIES, 500), (SYS_NAME, b"laser"))
    assert (reply.pdu, reply.request_id, reply.version, reply.community) == (Pdu.RESPONSE, 77, 1, b"public")


def test_get_of_a_missing_row_is_no_such_instance_in_v2c() -> None:
    assert answer(request(Pdu.GET, (*LEVELS, 1, 9))).varbinds[0][1] is Missing.NO_SUCH_INSTANCE


def test_get_of_what_has_no_sibling_is_no_such_object_in_v2c() -> None:
    assert answer(request(Pdu.GET, (1, 3, 6, 1, 2, 1, 2, 1, 0))).varbinds[0][1] is Missing.NO_SUCH_OBJECT


def test_one_missing_object_fails_the_whole_get_in_v1() -> None:
    missing = (*LEVELS, 1, 9)
    reply = answer(request(Pdu.GET, SYS_NAME, missing, version=V1))
    assert (reply.error_status, reply.error_index) == (ErrorStatus.NO_SUCH_NAME, 2)
    assert reply.varbinds == ((SYS_NAME, Missing.UNSPECIFIED), (missing, Missing.UNSPECIFIED))


def test_getnext_gives_the_following_object() -> None:
    reply = answer(request(Pdu.GET_NEXT, LEVELS, level(1)))
    assert reply.varbinds == ((level(1), 3000), (level(2), 60))


def test_getnext_behind_the_last_object_is_end_of_mib_view_in_v2c() -> None:
    assert answer(request(Pdu.GET_NEXT, LAST)).varbinds == ((LAST, Missing.END_OF_MIB_VIEW),)


def test_getnext_behind_the_last_object_is_no_such_name_in_v1() -> None:
    assert answer(request(Pdu.GET_NEXT, LAST, version=V1)).error_status == ErrorStatus.NO_SUCH_NAME


def test_v1_does_not_see_counter64() -> None:
    assert answer(request(Pdu.GET_NEXT, COPIES)).varbinds[0][0] == BIG_COUNTER
    assert answer(request(Pdu.GET_NEXT, COPIES, version=V1)).varbinds[0][0] == LAST
    assert answer(request(Pdu.GET, BIG_COUNTER, version=V1)).error_status == ErrorStatus.NO_SUCH_NAME


def test_getbulk_gives_rows_of_columns_side_by_side() -> None:
    reply = answer(request(Pdu.GET_BULK, LEVELS, DESCRIPTIONS, repetitions=2))
    assert reply.varbinds == (
        (level(1), 3000),
        ((*DESCRIPTIONS, 1, 1), b"Supply 1"),
        (level(2), 60),
        ((*DESCRIPTIONS, 1, 2), b"Supply 2"),
    )


def test_getbulk_gives_non_repeaters_once() -> None:
    reply = answer(request(Pdu.GET_BULK, SYS_DESCR[:-1], LEVELS, first=1, repetitions=2))
    assert [oid for oid, _ in reply.varbinds] == [SYS_DESCR, level(1), level(2)]


def test_getbulk_ends_after_a_row_of_nothing_but_end_of_mib_view() -> None:
    reply = answer(request(Pdu.GET_BULK, BIG_COUNTER, LAST, repetitions=50))
    end = Missing.END_OF_MIB_VIEW
    assert reply.varbinds == ((LAST, b"the end"), (LAST, end), (LAST, end), (LAST, end))


@pytest.mark.parametrize(("first", "repetitions"), [(-1, -1), (0, 0), (5, 2**31 - 1), (2**31 - 1, 2**31 - 1)])
def test_getbulk_takes_any_numbers(first: int, repetitions: int) -> None:
    assert answer(request(Pdu.GET_BULK, first=first, repetitions=repetitions)).varbinds == ()
    assert len(answer(request(Pdu.GET_BULK, LEVELS, first=first, repetitions=repetitions)).varbinds) < 100


def test_getbulk_is_unknown_to_v1() -> None:
    assert AGENT.answer(request(Pdu.GET_BULK, LEVELS, repetitions=2, version=V1)) == []


def wordy(length: int, rows: int = 40) -> SnmpAgent:
    column = (1, 3, 6, 1, 4, 1, 99999, 5)
    return SnmpAgent.of(Recording(name="wordy", objects={(*column, row): text("x" * length) for row in range(rows)}))


WORDS = [(1, 3, 6, 1, 4, 1, 99999, 5, row) for row in range(40)]


def test_getbulk_is_cut_where_the_frame_is_full() -> None:
    [datagram] = wordy(100).answer(request(Pdu.GET_BULK, WORDS[0][:-1], repetitions=40))
    assert MAX_SIZE - 120 < len(datagram) <= MAX_SIZE
    assert [oid for oid, _ in decode_message(datagram).varbinds] == WORDS[:12]


def test_a_get_that_would_not_fit_is_too_big() -> None:
    in_v2c = answer(request(Pdu.GET, *WORDS), wordy(100))
    assert (in_v2c.error_status, in_v2c.error_index, in_v2c.varbinds) == (ErrorStatus.TOO_BIG, 0, ())
    in_v1 = answer(request(Pdu.GET, *WORDS, version=V1), wordy(100))
    assert (in_v1.error_status, len(in_v1.varbinds)) == (ErrorStatus.TOO_BIG, 40)


def test_one_large_value_is_sent_whatever_its_size() -> None:
    agent = wordy(5000)
    assert answer(request(Pdu.GET, WORDS[0]), agent).varbinds == ((WORDS[0], b"x" * 5000),)
    assert len(answer(request(Pdu.GET_BULK, WORDS[0], repetitions=5), agent).varbinds) == 1


def test_set_is_refused() -> None:
    assert answer(request(Pdu.SET, SYS_NAME)).error_status == ErrorStatus.NO_ACCESS
    assert answer(request(Pdu.SET, SYS_NAME, version=V1)).error_status == ErrorStatus.READ_ONLY


def test_a_foreign_community_is_met_with_silence() -> None:
    assert AGENT.answer(request(Pdu.GET, SYS_NAME, community=b"private")) == []


def test_a_version_that_the_device_does_not_speak_is_met_with_silence() -> None:
    old = SnmpAgent.of(Recording(name="old", objects=LASER.objects, facts=Facts(versions=frozenset((V1,)))))
    assert old.answer(request(Pdu.GET, SYS_NAME)) == []
    assert answer(request(Pdu.GET, SYS_NAME, version=V1), old).varbinds == ((SYS_NAME, b"laser"),)
    assert AGENT.answer(request(Pdu.GET, SYS_NAME, version=3)) == []


@given(st.binary(max_size=200))
def test_broken_messages_are_met_with_silence(data: bytes) -> None:
    assert AGENT.answer(data) == []


@given(st.data())
def test_a_request_with_one_octet_changed_does_no_harm(data: st.DataObject) -> None:
    broken = bytearray(request(Pdu.GET_BULK, LEVELS, DESCRIPTIONS, repetitions=10))
    broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    assert all(len(datagram) <= MAX_SIZE for datagram in AGENT.answer(bytes(broken)))


def test_new_objects_stand_in_both_versions_but_counter64_in_one() -> None:
    agent = AGENT.with_objects({LAST: text("changed"), (*LAST, 1): text("new")})
    for version in (Version.V1, Version.V2C):
        assert answer(request(Pdu.GET_NEXT, LAST, version=version), agent).varbinds == (((*LAST, 1), b"new"),)
        assert answer(request(Pdu.GET, LAST, version=version), agent).varbinds == ((LAST, b"changed"),)
    assert answer(request(Pdu.GET, LAST)).varbinds == ((LAST, b"the end"),)
