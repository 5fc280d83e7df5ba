"""Taken is committed, numbers are given once, and a damaged spool costs only what was in it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.core.agent.conftest import MEMORY
from tests.core.agent.made_up import made_up

from frisket.agent.errors import FolderError, RefusedError, SpoolDamagedError, SpoolError, SpoolFullError
from frisket.agent.folder import AgentFolder
from frisket.agent.numbers import BLOCK, begin_numbers
from frisket.agent.spool import Spool, SpoolLimits
from frisket.agent.upload import next_batch, settle, too_large
from frisket.wire.documents import MAX_BATCH, Received, Rejected


@pytest.fixture
def spool(folder: AgentFolder) -> Iterator[Spool]:
    opened = Spool.open(folder)
    yield opened
    opened.close()


def waiting(spool: Spool) -> list[int]:
    return [stored.number for stored in spool.oldest(10_000)]


def damage(folder: AgentFolder, *, at: int = 0) -> None:
    octets = bytearray(folder.spool.read_bytes())
    octets[at : at + 4096] = b"\xa5" * 4096
    folder.spool.write_bytes(octets)


def test_what_is_taken_is_there_after_a_crash(folder: AgentFolder) -> None:
    crashed = Spool.open(folder)
    numbers = [crashed.add(made_up(device)) for device in range(3)]
    # neither closed nor forgotten: what another process finds after a kill
    again = Spool.open(folder)
    assert waiting(again) == numbers
    assert again.add(made_up(9)) == numbers[0] + BLOCK
    again.close()
    crashed._connection.close()


def test_after_a_clean_end_numbers_go_on_without_a_gap(folder: AgentFolder) -> None:
    spool = Spool.open(folder)
    assert [spool.add(made_up(0)), spool.add(made_up(1))] == [1, 2]
    spool.delete([1, 2])
    spool.close()
    spool = Spool.open(folder)
    assert spool.add(made_up(0)) == 3
    spool.close()


def test_it_syncs_what_it_commits(spool: Spool) -> None:
    connection = spool._connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (3,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_at_the_limit_the_last_of_each_device_and_day_stays_and_the_rest_is_counted(folder: AgentFolder) -> None:
    spool = Spool.open(folder, SpoolLimits(readings=40))
    for day in range(2):
        for pages in range(10):
            for device in range(2):
                spool.add(made_up(device, pages, day=day))
    last = spool.add(made_up(0, 99, day=2))
    assert waiting(spool) == [19, 20, 39, 40, last]
    assert spool.counts().thinned == 36
    assert spool.counts().waiting == 5
    spool.close()
    spool = Spool.open(folder, SpoolLimits(readings=40))
    assert spool.counts().thinned == 36
    spool.close()


def test_a_spool_that_thinning_does_not_empty_takes_nothing_and_says_so(folder: AgentFolder) -> None:
    spool = Spool.open(folder, SpoolLimits(readings=3))
    numbers = [spool.add(made_up(device)) for device in range(3)]
    with pytest.raises(SpoolFullError, match="full"):
        spool.add(made_up(3))
    assert waiting(spool) == numbers
    spool.delete(numbers[:1])
    assert spool.add(made_up(3)) > numbers[-1]
    spool.close()


def test_it_thins_by_size_too(folder: AgentFolder) -> None:
    spool = Spool.open(folder, SpoolLimits(octets=100_000))
    for pages in range(3_000):
        if spool.counts().thinned:
            break
        spool.add(made_up(1, pages, day=pages // 1_000))
    assert spool.counts().thinned > 100
    assert spool._octets() < 100_000
    spool.close()


@pytest.mark.parametrize("content", [b"no database at all, but quite a long text" * 300, b"SQLite format 3\x00", b"x"])
def test_a_spool_that_is_none_is_set_aside(folder: AgentFolder, content: bytes) -> None:
    folder.spool.write_bytes(content)
    spool = Spool.open(folder)
    assert spool.set_aside is not None
    assert (spool.set_aside / "spool.sqlite").read_bytes() == content
    assert spool.add(made_up(0)) == 1
    spool.close()


def test_a_damaged_spool_is_set_aside_and_its_numbers_are_not_given_again(folder: AgentFolder) -> None:
    spool = Spool.open(folder)
    given = [spool.add(made_up(device)) for device in range(200)]
    spool.close()
    damage(folder, at=4096)
    spool = Spool.open(folder)
    assert spool.set_aside is not None
    assert spool.counts().waiting == 0
    assert spool.add(made_up(0)) > given[-1]
    spool.close()


def test_damage_while_it_works_is_noticed_and_the_next_reading_is_taken(folder: AgentFolder) -> None:
    spool = Spool.open(folder)
    given = [spool.add(made_up(device)) for device in range(200)]
    damage(folder)
    with pytest.raises(SpoolDamagedError, match="damaged"):
        spool.add(made_up(0))
    assert spool.add(made_up(0)) > given[-1]
    assert spool.counts().waiting == 1
    spool.close()


def test_without_a_mark_numbers_begin_above_any_that_were_ever_given(folder: AgentFolder) -> None:
    for content in (None, b"", b"many", b"\xff"):
        if content is None:
            folder.numbers.unlink()
        else:
            folder.numbers.write_bytes(content)
        folder.spool.unlink(missing_ok=True)
        spool = Spool.open(folder)
        assert spool.add(made_up(0)) > 10**12
        spool.close()


def test_one_may_look_on_while_it_works(folder: AgentFolder, spool: Spool) -> None:
    spool.add(made_up(0))
    looking = Spool.look(folder)
    assert looking is not None
    batch = next_batch(looking)
    assert batch is not None
    assert batch.numbers == (1,)
    spool.add(made_up(1))
    looking.close()
    folder.spool.write_bytes(b"x" * 5_000)
    with pytest.raises(SpoolError, match="when it starts"):
        Spool.look(folder)


def test_a_spool_that_lacks_a_table_is_set_aside(folder: AgentFolder) -> None:
    Spool.open(folder).close()
    with contextlib.closing(sqlite3.connect(folder.spool)) as connection:
        connection.execute("DROP TABLE dictionary")
    spool = Spool.open(folder)
    assert spool.set_aside is not None
    spool.close()


def test_a_spool_of_a_newer_agent_is_left_alone(folder: AgentFolder) -> None:
    Spool.open(folder).close()
    connection = sqlite3.connect(folder.spool)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(FolderError, match="newer"):
        Spool.open(folder)


# --- batches -----------------------------------------------------------------------------------


def test_only_what_was_sent_and_acknowledged_is_deleted(spool: Spool) -> None:
    numbers = [spool.add(made_up(device)) for device in range(5)]
    batch = next_batch(spool, most=3)
    assert batch is not None
    rejected = [Rejected(number=2, problems=["bad"]), Rejected(number=5, problems=["never sent"])]
    assert settle(spool, batch, Received(numbers=[1, 4, 77], rejected=rejected)) == 2
    assert waiting(spool) == [3, 4, 5]
    assert [(stored.number, reason) for stored, reason in spool.rejected()] == [(2, "bad")]
    assert numbers == [1, 2, 3, 4, 5]


def test_a_batch_that_is_too_large_is_halved_and_a_single_reading_set_aside(spool: Spool) -> None:
    for device in range(2):
        spool.add(made_up(device))
    error = RefusedError("too large", status=413)
    batch = next_batch(spool)
    assert batch is not None
    assert too_large(spool, batch, error) == 1
    one = next_batch(spool, most=1)
    assert one is not None
    assert too_large(spool, one, error) == MAX_BATCH
    assert waiting(spool) == [2]
    assert spool.counts().rejected == 1


# --- whatever happens in whatever order --------------------------------------------------------


class SpoolLife(RuleBasedStateMachine):
    """Adding, sending, crashing and every kind of damage: no number twice, nothing gone that was not settled."""

    @initialize()
    def begin(self) -> None:
        self.directory = TemporaryDirectory(dir=MEMORY)
        self.folder = AgentFolder(Path(self.directory.name))
        begin_numbers(self.folder)
        self.spool = Spool.open(self.folder)
        self.abandoned: list[Spool] = []
        self.given: list[int] = []
        self.held: set[int] = set()
        self.copy: bytes | None = None
        self.copied: set[int] = set()

    @rule(device=st.integers(0, 3), day=st.integers(0, 2))
    def add(self, device: int, day: int) -> None:
        number = self.spool.add(made_up(device, day=day))
        assert number > max(self.given, default=0)
        self.given.append(number)
        self.held.add(number)

    @precondition(lambda self: self.held)
    @rule(most=st.integers(1, 5), data=st.data())
    def send(self, most: int, data: st.DataObject) -> None:
        batch = next_batch(self.spool, most=most)
        assert batch is not None
        taken = data.draw(st.lists(st.sampled_from(batch.numbers), unique=True))
        refused = [number for number in batch.numbers if number not in taken][:1]
        rejected = [Rejected(number=number, problems=[]) for number in refused]
        settle(self.spool, batch, Received(numbers=taken, rejected=rejected))
        self.held -= {*taken, *refused}

    @rule()
    def end_and_begin(self) -> None:
        self.spool.close()
        self.spool = Spool.open(self.folder)
        assert self.spool.set_aside is None

    @rule()
    def crash(self) -> None:
        self.spool._connection.close()
        self.spool = Spool.open(self.folder)
        assert self.spool.set_aside is None

    @rule(content=st.sampled_from([b"", b"x" * 9_000, b"SQLite format 3\x00" + b"\x00" * 5_000]))
    def lose(self, content: bytes) -> None:
        self.spool._connection.close()
        self.folder.spool.write_bytes(content)
        self.spool = Spool.open(self.folder)
        self.held = set()

    @rule()
    def back_up(self) -> None:
        self.copy, self.copied = self.folder.spool.read_bytes(), set(self.held)

    @precondition(lambda self: self.copy is not None)
    @rule()
    def restore_an_old_spool(self) -> None:
        assert self.copy is not None
        self.spool._connection.close()
        self.folder.spool.write_bytes(self.copy)
        self.spool = Spool.open(self.folder)
        self.held = set(self.copied)

    @invariant()
    def everything_is_there(self) -> None:
        if hasattr(self, "spool"):
            assert set(waiting(self.spool)) == self.held
            assert self.spool.counts().waiting == len(self.held)

    def teardown(self) -> None:
        if hasattr(self, "spool"):
            self.spool.close()
            self.directory.cleanup()


SpoolLife.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestSpoolLife = SpoolLife.TestCase
