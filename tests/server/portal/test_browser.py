"""The portal in a real browser: what people see, in light and dark, on a telephone, and by keyboard alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # brings no types
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect

from tests.server.portal.fleets import EMAIL, PASSWORD, XSS
from tests.server.portal.live import CHROMIUMS, Live, Watched, WireAgent, browser, find_chromium, live_hub
from tests.server.portal.profile_db import VENDOR

SCREENSHOTS = "FRISKET_SCREENSHOTS"
WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=400, height=800)
_SERIOUS = ("serious", "critical")

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(find_chromium() is None, reason=f"no Chromium here: none of {', '.join(CHROMIUMS)} is in PATH"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = find_chromium()
    assert program is not None
    with browser(program) as started:
        yield started


@pytest.fixture(scope="module")
def rich_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live_hub(tmp_path_factory.mktemp("rich")) as live:
        yield live


def sign_in(context: BrowserContext, live: Live, email: str = EMAIL, landing: str = "Fleet") -> Watched:
    watched = Watched.of(context.new_page())
    page = watched.page
    page.goto(f"{live.url}/")
    assert page.url.startswith(f"{live.url}/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name=landing, exact=True)).to_be_visible()
    return watched


def complaints(watched: Watched) -> list[str]:
    """What is wrong with the page that is shown: its width, and what axe finds."""
    page = watched.page
    width = page.evaluate("document.documentElement.scrollWidth")
    found = [f"{width} wide"] if width > page.evaluate("innerWidth") else []
    violations = [each for each in Axe().run(page).response["violations"] if each["impact"] in _SERIOUS]
    return found + [f"{each['id']}: {[node['html'][:200] for node in each['nodes'][:3]]}" for each in violations]


def keep_picture(watched: Watched, name: str) -> None:
    """For docs/screenshots, when FRISKET_SCREENSHOTS names the folder."""
    folder = os.environ.get(SCREENSHOTS)
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        watched.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("look", ["light", "dark", "narrow"])
def test_every_page_is_in_order(chromium: Browser, rich_hub: Live, look: Literal["light", "dark", "narrow"]) -> None:
    scheme: Literal["light", "dark"] = "dark" if look == "dark" else "light"
    with chromium.new_context(color_scheme=scheme, viewport=NARROW if look == "narrow" else WIDE) as context:
        stranger = Watched.of(context.new_page())
        stranger.page.goto(f"{rich_hub.url}/sign-in")
        keep_picture(stranger, f"sign-in-{look}")
        assert complaints(stranger) + stranger.heard == []
        watched = sign_in(context, rich_hub)
        for name, path in rich_hub.hub.pages().items():
            answer = watched.page.goto(f"{rich_hub.url}{path}")
            assert answer is not None
            assert answer.ok, name
            if name != "rollout":  # the picture is of one among many agents
                keep_picture(watched, f"{name}-{look}")
            assert complaints(watched) == [], name
        assert watched.heard == []
        watched.page.goto(f"{rich_hub.url}/devices/d_nobodys")
        keep_picture(watched, f"not-found-{look}")
        assert complaints(watched) == []


def test_an_empty_hub_is_in_order(chromium: Browser, tmp_path: Path) -> None:
    with live_hub(tmp_path, "empty") as live, chromium.new_context(viewport=WIDE) as context:
        watched = sign_in(context, live)
        for name, path in live.hub.pages().items():
            watched.page.goto(f"{live.url}{path}")
            keep_picture(watched, f"{name}-empty")
            assert complaints(watched) == [], name
        assert watched.heard == []


@pytest.mark.parametrize("look", ["light", "dark", "narrow"])
def test_a_rollout_among_many_agents_is_in_order(
    chromium: Browser, tmp_path: Path, look: Literal["light", "dark", "narrow"]
) -> None:
    scheme: Literal["light", "dark"] = "dark" if look == "dark" else "light"
    viewport = NARROW if look == "narrow" else WIDE
    with live_hub(tmp_path, "rolling") as live, chromium.new_context(color_scheme=scheme, viewport=viewport) as context:
        watched = sign_in(context, live)
        for name in ("rollout", "rollout-halted", "releases"):
            watched.page.goto(f"{live.url}{live.hub.pages()[name]}")
            if name != "releases":
                keep_picture(watched, f"{name}-{look}")
            assert complaints(watched) == [], name
        assert watched.heard == []


def test_a_vendors_pages_are_in_order(chromium: Browser, rich_hub: Live) -> None:
    with chromium.new_context(viewport=WIDE, color_scheme="light") as context:
        watched = sign_in(context, rich_hub, VENDOR, "Bundles")
        keep_picture(watched, "bundles-vendor")
        assert complaints(watched) == []
        watched.page.get_by_text("1 profile").click()
        watched.page.get_by_role("link", name="kyocera/ecosys@3").click()
        expect(watched.page.get_by_role("heading", name="kyocera/ecosys")).to_be_visible()
        assert complaints(watched) + watched.heard == []


def test_an_agent_from_its_token_to_the_confirmed_change(chromium: Browser, rich_hub: Live) -> None:
    with chromium.new_context(viewport=WIDE) as context:
        watched = sign_in(context, rich_hub)
        page = watched.page
        page.get_by_role("link", name="Agents", exact=True).click()
        page.get_by_role("button", name="Make a token").click()
        token = page.locator(".secret").inner_text()
        expect(page.get_by_text(f"frisket agent enroll {rich_hub.url} --token {token}")).to_be_visible()
        agent = WireAgent(rich_hub.url)
        agent.enrol(token, name="attic", site="Loft")
        page.get_by_role("link", name="Agents", exact=True).click()
        page.get_by_role("button", name="Accept attic").click()
        expect(page.get_by_role("heading", name="attic")).to_be_visible()
        agent.check_in(0)
        targets = page.get_by_label("Addresses to scan, one a line")
        targets.fill("192.0.2.0/24\nnot an address")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("not an address: neither address")).to_be_visible()
        assert targets.input_value() == "192.0.2.0/24\nnot an address"
        assert complaints(watched) == []
        targets.fill("192.0.2.0/24\n10.0.0.0/16")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("waits for the agent")).to_be_visible()
        desired = agent.check_in(0)
        assert desired["targets"] == ["192.0.2.0/24", "10.0.0.0/16"]
        agent.confirm(desired, refused={"item": "10.0.0.0/16", "reason": "over this machine's ceiling"})
        expect(page.get_by_text("confirmed by the agent")).to_be_visible(timeout=10_000)
        expect(page.get_by_text("over this machine's ceiling")).to_be_visible()
        expect(page.locator("#state")).to_have_attribute("data-waiting", "no")
        # the one complaint: the answer to the form with a mistake in it has status 422
        assert [said for said in watched.heard if "422" not in said] == []


def frisket_agent(*arguments: str | Path) -> subprocess.Popen[bytes]:
    """`frisket agent …` as a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "frisket", "agent", *map(str, arguments)])


def test_a_running_agent_confirms_what_a_person_typed(chromium: Browser, tmp_path: Path) -> None:
    data = ("--data", tmp_path / "agent")
    with live_hub(tmp_path, "empty") as live, chromium.new_context(viewport=WIDE) as context:
        page = sign_in(context, live).page
        page.get_by_role("link", name="Agents", exact=True).click()
        page.get_by_role("button", name="Make a token").click()
        token = page.locator(".secret").inner_text()
        named = ("--name", "cellar", "--site", "Cellar")
        assert frisket_agent("enroll", live.url, "--token", token, *named, *data).wait(30) == 0
        page.get_by_role("link", name="Agents", exact=True).click()
        page.get_by_role("button", name="Accept cellar").click()
        running = frisket_agent("run", *data, "--check-in-every", "0.5", "--first-back-off", "0.1")
        try:
            page.get_by_label("Addresses to scan, one a line").fill("127.0.53.1-127.0.53.9")
            page.get_by_role("button", name="Save").click()
            expect(page.get_by_text("confirmed by the agent")).to_be_visible(timeout=30_000)
            expect(page.locator("#state")).to_have_attribute("data-waiting", "no")
        finally:
            running.terminate()
            assert running.wait(5) == 0


def test_no_text_of_a_printer_does_anything(chromium: Browser, tmp_path: Path) -> None:
    with live_hub(tmp_path, payload="".join(XSS[:3])) as live, chromium.new_context(viewport=NARROW) as context:
        watched = sign_in(context, live)
        page = watched.page
        pages = [*live.hub.pages().values(), *(f"/devices/{device}" for device in live.hub.there.devices)]
        for path in pages:
            page.goto(f"{live.url}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
            assert page.title().endswith(" Frisket")
            assert page.locator("script:not([src^='/static/']), img[src='x'], [onload], [onerror]").count() == 0
        page.goto(f"{live.url}{live.hub.pages()['device']}")
        assert "<script>" in page.locator("h1").inner_text()
        assert watched.heard == []


def test_the_keyboard_reaches_everything(chromium: Browser, rich_hub: Live) -> None:
    with chromium.new_context(viewport=WIDE) as context:
        page = sign_in(context, rich_hub).page
        for path in rich_hub.hub.pages().values():
            page.goto(f"{rich_hub.url}{path}")
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
            wanted = page.evaluate(_MARK)
            for _ in range(wanted + 3):
                page.keyboard.press("Tab")
                page.evaluate("document.activeElement.removeAttribute('data-unreached')")
            assert page.evaluate(_UNREACHED) == [], path


# Everything that can be used gets a mark, which the keyboard takes away by coming there; what a closed <details>
# holds is reached by opening it
_MARK = """() => {
  const usable = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const found = [...document.querySelectorAll(usable)].filter(
    (one) => one.checkVisibility() && !one.classList.contains('skip') && one.tagName !== 'MAIN');
  found.forEach((one) => one.setAttribute('data-unreached', ''));
  return found.length;
}"""
_UNREACHED = "[...document.querySelectorAll('[data-unreached]')].map((one) => one.outerHTML.slice(0, 120))"


def test_focus_is_seen_and_the_own_look_wins_over_the_systems(chromium: Browser, tmp_path: Path) -> None:
    with live_hub(tmp_path, "empty") as live, chromium.new_context(viewport=WIDE, color_scheme="light") as context:
        page = sign_in(context, live).page
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
        before = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.goto(f"{live.url}/preferences")
        page.get_by_label("Look").select_option("Dark")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Your preferences are saved.")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.goto(f"{live.url}/agents")
        assert "/sign-in" in page.url
