"""A release from the vendor to the agents and back, in a real browser, with real agents, signed by the real command.

Only the clock that opens rings is moved by the test; agents, hub, signatures and pages are as people run them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

import frisket_profiles
from frisket.lab import Recording, VirtualPrinter
from frisket.releases import offer
from frisket.releases.bundle import Bundle, read_bundle
from frisket.releases.key_files import write_key
from frisket_hub.fleet import desired, enrolment
from frisket_hub.profile_db import online, rollout
from frisket_hub.profile_db.online import OnlineKeys
from frisket_hub.routing import Actor
from frisket_hub.settings import Settings
from frisket_hub.store import members, schema
from frisket_hub.store.scope import Scope
from tests.e2e.conftest import fleet_of, frisket, targets_of
from tests.server.portal.fleets import EMAIL, PASSWORD, Seed
from tests.server.portal.live import CHROMIUMS, Live, Watched, browser, find_chromium, live_hub
from tests.server.portal.profile_db import ProfileDb
from tests.server.profile_db.provider import Provider

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform == "win32", reason="virtual printers need 127.0.0.0/8"),
    pytest.mark.skipif(find_chromium() is None, reason=f"no Chromium here: none of {', '.join(CHROMIUMS)} is in PATH"),
]

VENDOR, VIEWER = "mira@hp.example", "dev@harbour.example"
AGENTS = ("alpha", "beta", "gamma", "delta")
PROFILES = Path(frisket_profiles.__file__).parent
CHANGED = "hp/laserjet.yaml"
# A page that moves by itself asks every three seconds; agents are processes on a busy machine
SOON = 60_000


@attrs.define
class Stage:
    """A hub with a provider, a vendor of hp, a customer, and four agents, of which delta is the customer's."""

    live: Live
    folder: Path
    provider: Provider
    school: str
    agents: dict[str, str] = attrs.field(factory=dict)
    running: list[subprocess.Popen[bytes]] = attrs.field(factory=list)

    def write(self, work: Callable[[Any], Any]) -> Any:
        return self.live.run(self.live.hub.store.write(work))

    def tick(self, later: dt.timedelta = dt.timedelta(0)) -> None:
        """What the hub does once a minute, at a time of our own."""
        now = dt.datetime.now(dt.UTC) + later
        self.write(lambda connection: rollout.evaluate(connection, self.provider.id, now=now))

    def releases(self) -> dict[str, int | None]:
        """Which release each agent says it runs, and runs well."""
        rows = self.live.run(self._rows())
        names = {id_: name for name, id_ in self.agents.items()}
        return {names[id_]: _healthy(observed) for id_, observed in rows}

    async def _rows(self) -> Sequence[Any]:
        async with self.live.hub.store.reading() as connection:
            found = await connection.execute(select(schema.agents.c.id, schema.agents.c.observed))
        return found.all()


def _healthy(observed: dict[str, Any] | None) -> int | None:
    said = (observed or {}).get("observed") or {}
    return (said.get("release") or {}).get("number") if said.get("state") == "healthy" else None


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = find_chromium()
    assert program is not None
    with browser(program) as started:
        yield started


@pytest.fixture
def stage(tmp_path: Path, recordings: dict[str, Recording]) -> Iterator[Stage]:
    keys = tmp_path / "online-keys"
    online.make(keys)
    with (
        live_hub(tmp_path, "empty", settings=Settings(online_keys=keys)) as live,
        fleet_of([VirtualPrinter(recordings["laserjet-m604"])]) as fleet,
    ):
        stage = live.run(_set(live, tmp_path, OnlineKeys.load(keys)))
        for name in AGENTS:
            enrol(stage, name, targets_of(fleet))
        try:
            for name in AGENTS:
                stage.running.append(start(stage, name))
            yield stage
        finally:
            for process in stage.running:
                process.terminate()
            for process in stage.running:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(10)
                process.kill()


async def _set(live: Live, folder: Path, keys: OnlineKeys) -> Stage:
    store = live.hub.store
    async with store.reading() as connection:
        member = await members.provider(connection)
        user = await members.user_by_email(connection, EMAIL)
    assert member is not None
    assert user is not None
    provider = Provider(store, member, Actor(kind="user", id=user.id, provider=True), online=keys)
    provider.vendors["hp"] = provider.vendors.pop("acme")
    seed = Seed(None, live.hub.now)  # type: ignore[arg-type]  # it is given its connection below
    paths: list[str] = []

    async def people(connection: Any) -> None:
        seed.connection = connection
        await ProfileDb(seed, member.member_id, user.id).vendor("hp", VENDOR)
        paths.append(await seed.member("Harbour School", member.path))
        await seed.person(paths[0], VIEWER, "Dev Anand", "viewer")
        await connection.execute(update(schema.users).values(password_hash=user.password_hash))

    await store.write(people)
    await provider.begin()
    for namespace in ("std", "hp"):
        done = await provider.hand_in(read_bundle(PROFILES, namespace))
        assert done.state == "accepted", done.problems
    for name, key in (("release", provider.release), ("hp", provider.vendors["hp"])):
        write_key(folder / f"{name}.pem", key, None)
    return Stage(live, folder, provider, paths[0].strip("/").rpartition("/")[2])


def enrol(stage: Stage, name: str, targets: list[str]) -> None:
    """By the command, as a person does it; accepted, with printers to read."""
    member = stage.school if name == "delta" else stage.provider.id
    scope, actor, now = Scope.of([member]), stage.provider.actor, dt.datetime.now(dt.UTC)
    token = stage.write(lambda connection: enrolment.make_token(connection, scope, member, actor, now))
    folder = stage.folder / name
    named = ("--name", name, "--site", "Main building", "--data", folder)
    done = frisket("agent", "enroll", stage.live.url, "--token", token, *named)
    assert done.code == 0, done.err
    (folder / "ceiling.toml").write_text("smallest_interval = 1\n", encoding="utf-8")
    id_ = stage.write(lambda connection: _id_of(connection, name))
    stage.agents[name] = id_
    stage.write(lambda connection: enrolment.accept(connection, scope, id_, actor, now))
    asked: dict[str, Any] = {"scan_interval": 3600, "targets": targets, "exclude": [], "actor": actor}
    stage.write(lambda connection: desired.change(connection, scope, id_, **asked))


async def _id_of(connection: Any, name: str) -> str:
    return str(await connection.scalar(select(schema.agents.c.id).where(schema.agents.c.name == name)))


def start(stage: Stage, name: str) -> subprocess.Popen[bytes]:
    often = ("--check-in-every", "1", "--scan-every", "3", "--first-back-off", "0.2")
    command = [sys.executable, "-m", "frisket", "agent", "run", "--data", str(stage.folder / name), *often]
    with (stage.folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PYTHONUTF8": "1"})


def sign_in(watched: Watched, live: Live, email: str, landing: str) -> Page:
    page = watched.page
    page.goto(f"{live.url}/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name=landing, exact=True)).to_be_visible()
    return page


@contextlib.contextmanager
def person(chromium: Browser, live: Live, email: str, landing: str = "Fleet") -> Iterator[Page]:
    with chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True) as context:
        watched = Watched.of(context.new_page())
        yield sign_in(watched, live, email, landing)
        # of answers with 404 and 422, which are asked for here, the browser complains, too
        assert [said for said in watched.heard if "Failed to load resource" not in said] == []


def publish(stage: Stage, page: Page, number: int) -> None:
    """From the prepared release to the published one: approved here, signed by the command elsewhere."""
    expect(page.get_by_role("heading", name=f"Release {number}", exact=True)).to_be_visible(timeout=SOON)
    page.get_by_role("button", name=f"Approve release {number}").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the signing request").click()
    asked, signed = stage.folder / f"{number}.request.json", stage.folder / f"{number}.signed.json"
    download.value.save_as(asked)
    done = frisket("hub", "release", "sign", asked, "--key", stage.folder / "release.pem", "-o", signed)
    assert done.code == 0, done.err
    page.get_by_label("The signed file").set_input_files(signed)
    expect(page.get_by_label("Its content")).not_to_be_empty()
    page.get_by_role("button", name="Hand in and publish").click()
    expect(page.get_by_role("heading", name="Next: roll it out")).to_be_visible(timeout=SOON)


def start_rollout(page: Page, *, rings: str, soak: str, volunteers: Sequence[str] = ()) -> None:
    page.get_by_label("Rings, in percent of all agents").fill(rings)
    page.get_by_label("Minutes from ring to ring").fill(soak)
    page.get_by_label("Healthy agents before the next ring").fill("1")
    page.get_by_label("Volunteers, who get it first").select_option(list(volunteers))
    page.get_by_role("button", name="Start the rollout").click()
    expect(page.get_by_role("heading", name="is rolling out")).to_be_visible()


def watch_it_end(stage: Stage, page: Page, number: int) -> None:
    """The page is never loaded again: it moves by itself."""
    heading = page.get_by_role("heading", name=f"Release {number} has reached everybody")
    until = time.monotonic() + SOON / 1000
    while not heading.is_visible():
        assert time.monotonic() < until, page.locator("main").inner_text()
        stage.tick()
        page.wait_for_timeout(500)


def prepare_from_here(page: Page, notes: str) -> None:
    page.get_by_label("What is new, for those who run it").fill(notes)
    page.get_by_role("button", name="Prepare", exact=True).click()


def changed_bundle(stage: Stage) -> Path:
    """The vendor's next bundle, signed by the vendor's command: one profile has a higher version."""
    folder, last = stage.folder / "profiles", stage.folder / "last.offer"
    bundle = read_bundle(PROFILES, "hp")
    for file in bundle.profiles:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = file.text.replace("\nversion: ", "\nversion: 9", 1) if file.name == CHANGED else file.text
        path.write_text(text, encoding="utf-8")
    for case, files in bundle.cases.items():
        for name, octets in files.items():
            (folder / case / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / case / name).write_bytes(octets)
    last.write_bytes(offer.pack(stage.provider.last["hp"]))
    made = stage.folder / "hp.offer"
    options = ("--namespace", "hp", "--key", stage.folder / "hp.pem", "--previous", last, "-o", made)
    done = frisket("profile", "sign", folder, *options)
    assert done.code == 0, done.err
    return made


def broken_bundle(stage: Stage) -> Path:
    """Signed well, but with a profile that does not load."""
    whole = read_bundle(PROFILES, "hp")
    profiles = [
        attrs.evolve(file, text=file.text.replace("\nversion: ", "\nversion: 9", 1) + "nonsense: true\n")
        if file.name == CHANGED
        else file
        for file in whole.profiles
    ]
    made = stage.folder / "broken.offer"
    bundle = Bundle(namespace="hp", profiles=tuple(profiles), cases=whole.cases)
    made.write_bytes(offer.pack(stage.provider.offer(bundle)))
    return made


def test_a_release_goes_out_ring_by_ring_is_halted_and_taken_back(chromium: Browser, stage: Stage) -> None:
    live = stage.live
    with person(chromium, live, EMAIL) as ada:
        ada.get_by_role("navigation", name="Main").get_by_role("link", name="Profile database").click()
        prepare_from_here(ada, "What there is.")
        publish(stage, ada, 1)
        start_rollout(ada, rings="100", soak="0.02")
        watch_it_end(stage, ada, 1)
        assert set(stage.releases().values()) == {1}

        a_vendor_hands_in(chromium, stage)
        ada.get_by_role("navigation", name="Main").get_by_role("link", name="Profile database").click()
        prepare_from_here(ada, "HP: another version.")
        expect(ada.get_by_text(f"{len(AGENTS)} live devices")).to_be_visible(timeout=SOON)
        publish(stage, ada, 2)
        start_rollout(ada, rings="50, 100", soak="10", volunteers=[stage.agents["alpha"]])
        it_goes_ring_by_ring(stage, ada)
        ada.get_by_text("Halt…").click()
        ada.get_by_label("Why is it halted?").fill("The school's printers are being moved")
        ada.get_by_role("button", name="Halt for good").click()
        expect(ada.get_by_role("heading", name="Release 2 was halted")).to_be_visible()
        expect(ada.get_by_text("The school's printers are being moved")).to_be_visible()

        ada.get_by_role("link", name="Bring back release 1").click()
        prepare_from_here(ada, "Release 1 again.")
        publish(stage, ada, 3)
        expect(ada.get_by_text("Brings back the content of")).to_be_visible()
        start_rollout(ada, rings="100", soak="0.02")
        watch_it_end(stage, ada, 3)
        assert set(stage.releases().values()) == {3}
        place = ada.url
    a_member_sees_its_own(chromium, stage, place)


def it_goes_ring_by_ring(stage: Stage, page: Page) -> None:
    """The volunteer, then those of the first half; the others keep what they have."""
    rings = page.locator(".rings > li")
    expect(rings.filter(has_text="Volunteers")).to_contain_text("1 healthy", timeout=SOON)
    assert sorted(stage.releases().values(), key=str) == [1, 1, 1, 2]
    stage.tick(dt.timedelta(minutes=11))
    half = rings.filter(has_text="50 %")
    expect(half).to_contain_text("open", timeout=SOON)
    id_ = page.url.rpartition("/")[2]
    others = [agent for name, agent in stage.agents.items() if name != "alpha"]
    expected = sum(rollout.bucket(id_, agent) < 0.5 for agent in others)
    expect(half).to_contain_text(f"{expected} healthy" if expected else "nobody is in this ring", timeout=SOON)
    said = list(stage.releases().values())
    assert (said.count(2), said.count(1)) == (1 + expected, 3 - expected)


def a_vendor_hands_in(chromium: Browser, stage: Stage) -> None:
    """First something broken, which is refused with its reasons; nothing of members or other vendors is in sight."""
    with person(chromium, stage.live, VENDOR, "Bundles") as mira:
        mira.get_by_label("The signed bundle").set_input_files(broken_bundle(stage))
        mira.get_by_role("button", name="Hand it in").click()
        expect(mira.locator(".upload-said")).to_contain_text("nonsense", timeout=SOON)
        mira.get_by_label("The signed bundle").set_input_files(changed_bundle(stage))
        mira.get_by_role("button", name="Hand it in").click()
        expect(mira.locator(".findings > li").first).to_contain_text("accepted", timeout=SOON)
        assert mira.get_by_role("navigation", name="Main").inner_text().split() == ["Bundles"]
        assert "std" not in mira.locator("main").inner_text()
        mira.goto(f"{stage.live.url}/profiles/hp/laserjet")
        expect(mira.get_by_role("heading", name="hp/laserjet")).to_be_visible()
        for path in (
            "/releases",
            "/agents",
            "/people",
            "/profiles/std/printer-mib",
            f"/agents/{stage.agents['alpha']}",
        ):
            answer = mira.goto(f"{stage.live.url}{path}")
            assert answer is not None
            assert answer.status == 404, path


def a_member_sees_its_own(chromium: Browser, stage: Stage, rollout_url: str) -> None:
    with person(chromium, stage.live, VIEWER) as dev:
        dev.get_by_role("navigation", name="Main").get_by_role("link", name="Profile database").click()
        expect(dev.get_by_text("Release 3 is the newest")).to_be_visible()
        expect(dev.get_by_text("1 of 1", exact=True)).to_be_visible()
        dev.goto(rollout_url)
        expect(dev.get_by_text("Your agents: 1 of 1 healthy")).to_be_visible()
        words = dev.locator("main").inner_text()
        assert "delta" in words
        assert [name for name in ("alpha", "beta", "gamma", "Ada Quist", "Halt") if name in words] == []
        assert dev.get_by_role("button").all_inner_texts() == ["Sign out"]
