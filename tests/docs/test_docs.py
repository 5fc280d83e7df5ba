"""The pages against the code: what is listed is all there is, and what is said of it holds."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
import tomllib
import types
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import attrs
import click
import pytest

from frisket.agent import ceiling
from frisket.agent.folder import AgentFolder
from frisket.agent.spool import SpoolLimits
from frisket.cli.main import Commands
from frisket.errors import StepError
from frisket.formats import csv_table, loose_json, markup, reading, select
from frisket.lab import BEHAVIOURS, describe
from frisket.lab.facts import parse_facts
from frisket.model import TWELVE_FIELDS, Answers, NoteCode, Plan, device, labels
from frisket.plugins import Budget, Contact, NoteBook, Registry, hookspecs, load_plugins
from frisket.plugins.loading import register_plugin
from frisket.profile import database, document, parts, regex, yaml_text
from frisket.profile.database import ProfileFile, build_database, read_folder
from frisket.profile.found import CONSTANT
from frisket.profile.json_schema import profile_schema
from frisket.profile.regex import Regex
from frisket.profile.rows import MAX_TABLE_ROWS
from frisket.profile.step_registry import StepRegistry
from frisket.profile.steps import CORE_STEPS, Charsets, Names, Sentinel
from frisket.profile.yaml_text import load_plain
from frisket.protocols import session, snmp, snmp_link
from frisket.releases import bundle, offer
from frisket.wire import documents
from frisket.wire.device import from_document, json_schema, to_document
from tests.docs.pages import (
    PAGES,
    ROOT,
    anchors,
    blocks,
    first_cells,
    headings,
    missing_lines,
    read,
    relative_links,
    rows,
    without_blocks,
)

HOOKS = [name for name, _ in inspect.getmembers(hookspecs, inspect.isfunction) if name.startswith("frisket_")]


# --- links -------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in relative_links(page.read_text(encoding="utf-8")):
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if fragment:
            assert fragment in anchors(target.read_text(encoding="utf-8")), link


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, pending = set(), [ROOT / "README.md"]
    while pending:
        page = pending.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        links = relative_links(page.read_text(encoding="utf-8"))
        pending += [(page.parent / link.partition("#")[0]).resolve() for link in links if not link.startswith("#")]
    assert set(PAGES) <= reached


def test_every_decision_is_listed() -> None:
    listed = {link for link in relative_links(read("docs/adr/README.md")) if link.startswith("0")}
    assert listed == {path.name for path in (ROOT / "docs" / "adr").glob("0*.md")}


# --- the readme --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_plugins()


def test_every_command_in_the_readme_exists(registry: Registry) -> None:
    there, _, _ = read("README.md").partition("## What is not there yet")
    named = set(re.findall(r"(?:`|\$ |run )frisket ([a-z]+)(?: ([a-z]+)\b(?![./=-]))?", there))
    assert {"demo", "scan", "explain", "lab", "profile"} <= {name for name, _ in named}
    group = Commands(name="frisket")
    for name, inner in named:
        with click.Context(group, obj=registry) as ctx:
            command = group.get_command(ctx, name)
            assert command is not None, name
            if isinstance(command, click.Group):
                assert command.get_command(ctx, inner) is not None, f"{name} {inner}"


def test_the_readme_has_a_reason_for_each_dependency() -> None:
    groups = tomllib.loads(read("pyproject.toml"))["dependency-groups"]
    wanted = [name for group in groups.values() for name in group if isinstance(name, str)]
    for file in [*ROOT.glob("*/pyproject.toml"), *ROOT.glob("plugins/*/pyproject.toml")]:
        member = tomllib.loads(file.read_text(encoding="utf-8"))
        wanted += [*member["project"]["dependencies"], *member["build-system"]["requires"]]
    names = {re.split(r"[][<>=~!; ]", name)[0].lower() for name in wanted}
    explained = {name.lower() for cells in rows(read("README.md")) for name in cells[0].split(", ")}
    assert {name for name in names if not name.startswith("frisket")} <= explained


def test_the_readme_names_every_maker_of_whom_there_are_profiles() -> None:
    _, _, section = read("README.md").partition("\n## What it reads\n")
    plain = unicodedata.normalize("NFKD", section.partition("\n## ")[0]).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z]", "", plain.lower())
    makers = {path.parent.name for path in (ROOT / "profiles" / "frisket_profiles").glob("*/*.yaml")} - {"std"}
    assert {maker for maker in makers if maker not in words} == set()


# --- the tour ----------------------------------------------------------------------------------


def test_what_the_tour_names_stands_in_the_file_that_it_names() -> None:
    tour = " ".join(read("docs/tour.md").split())
    named = re.findall(r"\]\((\.\./[^)]+\.py)\) `([\w.]+)`", tour)
    assert len(named) > 30
    for path, name in named:
        text = (ROOT / "docs" / path).read_text(encoding="utf-8")
        assert re.search(rf"^ *(?:async def|def|class) {name}\b|^{name}\b", text, re.MULTILINE), f"{path} {name}"


def test_the_tour_names_every_import_contract() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    listed = {cells[0] for cells in rows(read("docs/tour.md"))}
    assert {contract["name"] for contract in contracts} <= listed


def test_every_broad_except_is_marked_and_those_of_a_scan_are_in_their_decision() -> None:
    files = [path for folder in ("core", "plugins", "profiles", "server") for path in (ROOT / folder).rglob("*.py")]
    found = [
        ("/".join(path.parts[-2:]), line.replace("  # noqa: BLE001", ""))
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"except\b.*\bException\b", line)
    ]
    assert [name for name, line in found if "  # " not in line] == []
    named = set(re.findall(r"`(\w+/\w+\.py)` `\w+`", read("docs/adr/0011-broad-excepts.md")))
    assert named == {name for name, _ in found if name.split("/")[0] in ("plugins", "profile", "protocols", "scan")}


# --- lists -------------------------------------------------------------------------------------


def test_every_hook_has_its_heading() -> None:
    page = read("docs/plugins.md")
    assert sorted(heading for heading in headings(page) if heading.startswith("frisket_")) == sorted(HOOKS)


def test_every_note_code_is_explained() -> None:
    assert first_cells(read("docs/notes.md")) == {str(code) for code in NoteCode}


def test_every_behaviour_is_described_as_the_lab_describes_it() -> None:
    described = {cells[0].strip("`"): cells[1] for cells in rows(read("docs/lab.md")) if len(cells) == 2}
    assert {name: described.get(name) for name in BEHAVIOURS} == {name: describe(name) for name in BEHAVIOURS}


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("README.md", f"{session.MAX_REQUESTS} requests, at {session.MAX_BYTES // 1024} KiB"),
        ("docs/notes.md", f"more than {session.MAX_REQUESTS} requests"),
        ("docs/notes.md", f"more than {session.MAX_BYTES // 1024} KiB"),
        ("docs/notes.md", f"more than {snmp_link.MAX_UNASKED} answers"),
        ("docs/notes.md", f"more than {snmp.MAX_OCTETS:,} octets"),
        ("docs/notes.md", f"more than {snmp.MAX_COLUMN:,} rows in one column"),
        ("docs/notes.md", f"no end in {snmp.MAX_ANSWERS_WITHOUT_END} answers"),
        ("docs/notes.md", f"more than {MAX_TABLE_ROWS:,} rows in a table, or more than {device.MAX_ROWS} "),
        ("docs/profiles.md", f"At most {MAX_TABLE_ROWS:,} rows are read of a table, and {device.MAX_ROWS} "),
        ("docs/profiles.md", f"{yaml_text.MAX_BYTES // 1024} kB, {yaml_text.MAX_NODES:,} values"),
        ("docs/profiles.md", f"{yaml_text.MAX_DEPTH} levels deep"),
        ("docs/profiles.md", f"At most {database.MAX_DEPTH} profiles deep"),
        ("docs/profiles.md", f"at most {parts.MAX_PROBES} probes"),
        ("docs/profiles.md", f"the first {regex.MAX_INPUT:,} characters"),
        ("docs/profiles.md", f"more than {reading.MAX_OCTETS >> 20} MiB is refused"),
        ("docs/profiles.md", f"more than {markup.MAX_NODES:,} elements or deeper than {markup.MAX_DEPTH}"),
        ("docs/profiles.md", f"more than {markup.MAX_ATTRIBUTES} attributes"),
        ("docs/profiles.md", f"visit more than {select.MAX_VISITS:,} elements"),
        ("docs/profiles.md", f"At most {loose_json.MAX_DEPTH} levels, {loose_json.MAX_VALUES:,} values"),
        ("docs/profiles.md", f"values, and {loose_json.MAX_DIGITS} digits a number"),
        (
            "docs/profiles.md",
            f"At most {csv_table.MAX_ROWS:,} rows, empty ones included, of {csv_table.MAX_COLUMNS} columns",
        ),
        ("docs/device-document.md", f"at most {device.MAX_TEXT:,} characters"),
        ("docs/device-document.md", f"at most {device.MAX_ROWS} rows"),
        ("docs/put-in-an-agent.md", f"{SpoolLimits().readings:,} readings or {SpoolLimits().octets // 10**6} MB"),
        ("docs/run-a-hub.md", f"more than {documents.MAX_BATCH} readings"),
        ("docs/run-a-hub.md", f"a body of more than {documents.MAX_REQUEST_BYTES >> 20} MiB"),
        ("docs/run-a-hub.md", f"an offer of more than {offer.MAX_PACKED >> 20} MiB"),
        ("docs/run-a-hub.md", f"at most {bundle.MAX_FILES:,} files and {bundle.MAX_BYTES >> 20} MiB"),
    ],
)
def test_a_limit_on_a_page_is_that_of_the_code(page: str, words: str) -> None:
    assert words in " ".join(read(page).split())


def grammar_keys() -> Iterator[str]:
    for _, cls in inspect.getmembers(document, attrs.has):
        if cls is not document.StepDocument:
            yield from (field.name.rstrip("_") for field in attrs.fields(cls))


@pytest.mark.parametrize("key", sorted(set(grammar_keys())))
def test_every_key_of_the_language_is_explained(key: str) -> None:
    assert re.search(rf"`[^`\n]*\b{key}\b[^`\n]*`", without_blocks(read("docs/profiles.md")))


def test_the_device_document_has_a_heading_for_each_field_and_every_word_of_its_lists() -> None:
    page = read("docs/device-document.md")
    assert [heading for heading in headings(page) if heading in TWELVE_FIELDS] == list(TWELVE_FIELDS)
    words = [labels.FUNCTIONS, labels.COLORS, labels.SIDES, labels.SIZES, labels.PAGE_COUNT_UNITS, labels.LEVEL_STATES]
    tables = [labels.SUPPLY_TYPES, labels.SUPPLY_UNITS, labels.ALERT_SEVERITIES, labels.ALERT_GROUPS]
    for word in [*(word for list_ in words for word in list_), *(word for list_ in tables for word in list_.values())]:
        assert f"`{word}`" in page


# --- examples ----------------------------------------------------------------------------------


def test_the_device_document_on_its_page_is_one() -> None:
    (block,) = blocks(read("docs/device-document.md"), "json")
    given = json.loads(block.text)
    assert to_document(from_document(given)) == given


@pytest.mark.parametrize(("name", "made"), [("profile", profile_schema()), ("device", json_schema())])
def test_the_published_schemas_are_those_of_the_code(name: str, made: object) -> None:
    published = read(f"docs/schema/frisket.{name}.1.json")
    assert json.loads(published) == json.loads(json.dumps(made)), "`frisket profile schema` makes them anew"


def steps_on_the_page() -> list[tuple[str, str, str, str]]:
    _, _, section = read("docs/profiles.md").partition("\n## Steps\n")
    cells = [cells for cells in rows(section.partition("\n## ")[0]) if len(cells) == 5]
    return [(row[0].strip("`"), row[1].strip("`"), row[2].strip("`"), row[3].strip("`")) for row in cells[2:]]


def test_every_core_step_is_on_the_page() -> None:
    assert {name for name, *_ in steps_on_the_page() if name} == set(CORE_STEPS)


@pytest.mark.parametrize(("name", "example", "before", "after"), steps_on_the_page())
def test_a_step_does_what_its_example_says(name: str, example: str, before: str, after: str) -> None:
    plain = load_plain(f"step: {example}", file="profiles.md")
    assert isinstance(plain, dict)
    step = plain["step"]
    ((called, argument),) = step.items() if isinstance(step, dict) else ((step, None),)
    assert called == name or not name
    names = Names(patterns={"brand": Regex("^[A-Z]+")})
    run = StepRegistry().build(str(called), argument, names)
    value = ast.literal_eval(before)
    if after == "fails":
        with pytest.raises(StepError):
            run(value, Charsets())
        return
    words = {"nothing": None, **{sentinel.value: sentinel for sentinel in Sentinel}}
    assert run(value, Charsets()) == (words[after] if after in words else ast.literal_eval(after))


def standards() -> list[ProfileFile]:
    return [file for file in read_folder(ROOT / "profiles" / "frisket_profiles") if file.name.startswith("std/")]


def test_the_profile_on_its_page_is_one(registry: Registry) -> None:
    whole, supplies, requests, charsets, overlay = (block.text for block in blocks(read("docs/profiles.md"), "yaml"))
    files = [ProfileFile("aldine/press.yaml", whole + supplies + requests + charsets)]
    files.append(ProfileFile("provider/locations.yaml", overlay))
    files += standards()
    profile = build_database(files, registry.steps).profiles["aldine/press"]
    assert [rows.id for rows in profile.tables["supplies"].rows if not rows.id.startswith("ipp")] == ["mib", "engine"]
    assert sorted(profile.charsets) == ["console", "general"]
    assert profile.fields["system_location"].candidates[0].profile == "provider/locations@1"


def test_the_request_on_the_page_that_adds_a_profile_is_one(registry: Registry) -> None:
    (block,) = blocks(read("docs/add-a-profile.md"), "yaml")
    head = "schema: 1\nprofile: aldine/press\nversion: 1\nkind: base\ntitle: Press\n"
    profile = build_database([*standards(), ProfileFile("aldine/press.yaml", head + block.text)], registry.steps)
    assert list(profile.profiles["aldine/press"].requests) == ["usage"]


def test_the_batch_on_its_page_is_one_with_every_key_explained() -> None:
    page = read("docs/what-leaves-the-network.md")
    (block,) = blocks(page, "json")
    batch = documents.from_data(json.loads(block.text), documents.Batch)
    (reading,) = batch.readings
    assert to_document(from_document(reading.device)) == reading.device
    explained = {word for cells in rows(page) for word in re.findall(r"`(\w+)`", cells[0])}
    keys = {field.name for kind in (documents.SpooledReading, documents.CheckIn) for field in attrs.fields(kind)}
    assert {*TWELVE_FIELDS, *keys} - {"device"} <= explained


def test_the_ceiling_on_its_page_is_one(tmp_path: Path) -> None:
    page = read("docs/put-in-an-agent.md")
    (block,) = blocks(page, "toml")
    folder = AgentFolder(tmp_path)
    folder.ceiling.write_text(block.text, encoding="utf-8")
    assert ceiling.load_ceiling(folder).smallest_interval == 900
    assert set(tomllib.loads(block.text)) == {field.name for field in attrs.fields(ceiling.Ceiling)}
    (ranges,) = (cells[1] for cells in rows(page) if cells[0] == "`ranges`")
    assert ranges.replace(" and ", ", ").split(", ") == list(ceiling.PRIVATE)


def test_every_page_of_the_portal_is_shown() -> None:
    shown = set(relative_links(read("docs/portal.md")))
    names = {path.stem.rpartition("-")[0] for path in (ROOT / "docs" / "screenshots").glob("*.png")}
    assert {name for name in names if not any(f"screenshots/{name}-" in link for link in shown)} == set()


def test_the_facts_on_their_page_are_some() -> None:
    (block,) = blocks(read("docs/lab.md"), "yaml")
    facts = parse_facts(load_plain(block.text, file="lab.md"), "lab.md")
    assert facts.title
    assert facts.page_shares


@pytest.mark.parametrize("at", range(len(blocks(read("docs/plugins.md"), "python"))))
def test_a_plugin_on_its_page_registers_something(at: int, tmp_path: Path) -> None:
    text = blocks(read("docs/plugins.md"), "python")[at].text
    (tmp_path / "profiles").mkdir()
    plugin = types.ModuleType("acme_frisket")
    plugin.__file__ = str(tmp_path / "acme_frisket.py")
    exec(compile(text, "plugins.md", "exec"), plugin.__dict__)  # noqa: S102  # our own page
    report = register_plugin(plugin, "acme", "plugins.md", Registry())
    assert (report.failure, len(report.registered)) == (None, 1)


def test_the_transport_on_its_page_is_asked_like_any_other() -> None:
    (text,) = (block.text for block in blocks(read("docs/plugins.md"), "python") if "Transport" in block.text)
    plugin = types.ModuleType("acme_frisket")
    exec(compile(text, "plugins.md", "exec"), plugin.__dict__)  # noqa: S102  # our own page
    registry = Registry()
    register_plugin(plugin, "acme", "plugins.md", registry)
    contact = Contact(address="192.0.2.9", budget=Budget("192.0.2.9", deadline=1.0), notes=NoteBook())
    answers, oid = Answers(), (1, 3, 6, 1)

    async def ask() -> None:
        session = await registry.protocols["silence"].open(contact)
        await session.ask(Plan(instances=(oid,)), answers)
        session.close()

    asyncio.run(ask())
    assert answers.asked == {oid}


def test_every_step_of_a_plugin_is_named_on_the_page(registry: Registry) -> None:
    ours = {name for name in registry.steps.names() if "." in name}
    assert {name for name in ours if f"`{name}`" not in read("docs/plugins.md")} == set()


def test_every_part_of_a_contact_is_explained() -> None:
    explained = {word for cells in rows(read("docs/plugins.md")) for word in re.findall(r"`(\w+)`", cells[0])}
    assert {field.name for field in attrs.fields(Contact)} <= explained


def test_every_file_of_an_agents_folder_is_explained() -> None:
    names = {cells[0].strip("`") for cells in rows(read("docs/put-in-an-agent.md"))}
    listed = {word.strip("`/") for name in names for word in name.split(", ")}
    folder = AgentFolder(Path())
    made = [getattr(folder, name) for name, kind in vars(AgentFolder).items() if isinstance(kind, property)]
    assert {path.name for path in made} <= listed


def test_every_protocol_of_a_source_is_explained(registry: Registry) -> None:
    _, _, section = read("docs/what-leaves-the-network.md").partition("\n### Where a value came from\n")
    listed = {cells[0].strip("`") for cells in rows(section.partition("\n## ")[0])}
    # an open port recognises a device and gives no value
    assert {*registry.protocols, CONSTANT.protocol} - {"port"} <= listed


def test_a_quoted_line_that_was_not_said_is_noticed() -> None:
    said = "┃Address      ┃ Pages ┃\n│192.0.2.9    │ 1,000 │\ndone in 0.2 s\n"
    assert missing_lines("┃Address ┃ Pages ┃\n…\ndone in … s", said) == []
    assert missing_lines("│192.0.2.9 │ 2,000 │", said) == ["│192.0.2.9 │ 2,000 │"]
    assert missing_lines("done in … s\n│192.0.2.9 │ 1,000 │", said) == ["│192.0.2.9 │ 1,000 │"], "in their order"
