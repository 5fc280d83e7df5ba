"""`frisket agent`: the part of Frisket that runs on a customer's network."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import click
import platformdirs

from frisket.agent.errors import AgentError, FolderError, HubError
from frisket.agent.folder import AgentFolder
from frisket.agent.hub_client import HubClient, check_hub_url
from frisket.agent.identity import load_identity
from frisket.agent.numbers import begin_numbers
from frisket.agent.service import Settings, opened
from frisket.agent.state import AgentState, StateFile
from frisket.agent.trust import Trust
from frisket.agent.upload import next_batch
from frisket.cli.agent_status import looking, status_lines
from frisket.cli.workbench import credentials_option, registry_of, vault_of
from frisket.wire.documents import Enrolled, Enrolment

_data = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="FRISKET_AGENT_DATA",
    help="The agent's data folder; also FRISKET_AGENT_DATA.",
)
_snmp_port = click.option(
    "--snmp-port", type=click.IntRange(1, 65535), default=161, show_default=True, help="Where a target names no port."
)
_communities = click.option(
    "--community",
    "communities",
    multiple=True,
    metavar="NAME",
    envvar="FRISKET_AGENT_COMMUNITIES",
    help="Tried in this order; never leaves this machine. [public]",
)


@click.group(name="agent")
def command() -> None:
    """Runs on a customer's network: scans, spools, reports. Nothing is ever pushed to it."""


@command.command()
@click.argument("hub_url")
@click.option("--token", required=True, help="The one-time token that the hub's people gave you.")
@click.option("--name", required=True, help="What this agent is called, such as the machine's name.")
@click.option("--site", required=True, help="Where it stands.")
@click.option(
    "--root",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The profile database's root.json that you were given by hand; the hub's own is not taken then.",
)
@_data
def enroll(hub_url: str, data: Path | None, root: Path | None, **words: str) -> None:
    """Introduces this machine to the hub at HUB_URL. A person there accepts it."""
    try:
        url = check_hub_url(hub_url)
    except HubError as error:
        raise click.BadParameter(str(error), param_hint="HUB_URL") from None
    folder = _folder(data)
    folder.prepare()
    with folder.held():
        known = StateFile.load(folder)
        if known is not None and known.state.agent is not None:
            way_out = "to begin anew, choose an empty folder with --data"
            raise FolderError(folder.path, f"is enrolled with {known.state.hub} already; {way_out}")
        identity = load_identity(folder)
        begin_numbers(folder)
        trust = Trust(folder)
        version = None if root is None else trust.begin(root.read_bytes())
        token, name, site = (words[word][:200] for word in ("token", "name", "site"))
        enrolment = Enrolment(token=token, public_key=identity.public_key, name=name, site=site)

        async def introduce() -> Enrolled:
            async with HubClient(url, identity) as hub:
                return await hub.enroll(enrolment)

        enrolled = asyncio.run(introduce())
        if root is None and enrolled.root is not None:
            version = trust.begin(enrolled.root.encode())
        StateFile.create(folder, AgentState(hub=url, name=name, site=site, agent=enrolled.agent))
    click.echo(f"enrolled as {enrolled.agent}; its key begins with {identity.public_key[:16]}")
    click.echo(_root_words(version, root))
    if enrolled.state == "pending":
        click.echo("a person must accept it on the hub; compare the key there")
    click.echo(f"data folder {folder.path}; next: frisket agent run")


@command.command()
@_data
@_snmp_port
@_communities
@credentials_option
@click.option("--check-in-every", type=click.FloatRange(0.05), help="Seconds, for trials; the hub says when otherwise.")
@click.option("--scan-every", type=click.FloatRange(0.05), help="Seconds, for trials; hub and ceiling say otherwise.")
@click.option("--first-back-off", type=click.FloatRange(0.01), default=30.0, help="Seconds, for trials.")
@click.pass_context
def run(ctx: click.Context, /, data: Path | None, **options: object) -> None:
    """Checks in, scans and reports until it is told to end."""
    folder = _folder(data)
    settings = _Options(**options).settings(folder)  # type: ignore[arg-type]  # click made each what its option says

    async def work() -> None:
        async with opened(folder, registry_of(ctx), settings, _log) as agent:
            _log(f"agent {agent.state.state.agent} of {agent.state.state.hub}, data folder {folder.path}")
            await agent.run()

    with _held(folder):
        asyncio.run(work())


@command.command()
@_data
@_snmp_port
@_communities
@credentials_option
@click.option("--scan/--no-scan", "scan_now", default=None, help="Now, or not at all; if it is due otherwise.")
@click.pass_context
def once(ctx: click.Context, /, data: Path | None, *, scan_now: bool | None, **options: object) -> None:
    """Checks in, scans if it is due, uploads, confirms, and says what it did."""
    folder = _folder(data)
    settings = _Options(**options).settings(folder)  # type: ignore[arg-type]  # click made each what its option says

    async def work() -> bool:
        async with opened(folder, registry_of(ctx), settings, click.echo) as agent:
            return await agent.once(scan_now=scan_now)

    with _held(folder):
        fine = asyncio.run(work())
    if not fine:
        ctx.exit(1)


@command.command()
@_data
def status(data: Path | None) -> None:
    """What this agent has, what it should have, and what waits."""
    folder = _folder(data)
    state = _state(folder)
    for name, value in status_lines(folder, state):
        click.echo(f"{name:<16}{value}")


@command.command()
@_data
@click.option("--pretty", is_flag=True, help="Indented, for reading.")
@click.option("--rejected", is_flag=True, help="What the hub refused to take, and why.")
def outbox(data: Path | None, *, pretty: bool, rejected: bool) -> None:
    """The exact bytes that will be sent (before compression), a batch in each line."""
    folder = _folder(data)
    _state(folder)
    with looking(folder) as spool:
        if spool is None:
            return
        if rejected:
            for stored, reason in spool.rejected():
                click.echo(f"{stored.number}: {reason}", err=True)
                _show(stored.body, pretty=pretty)
            return
        sent = 0
        while (batch := next_batch(spool, above=sent)) is not None:
            sent = batch.numbers[-1]
            _show(batch.body, pretty=pretty)


def _root_words(version: int | None, file: Path | None) -> str:
    if version is None:
        return "the hub has no root of a profile database yet; the first that it sends will be trusted (or give --root)"
    return f"profiles are trusted by root {version}, {'which the hub sent' if file is None else f'from {file}'}"


@attrs.frozen(kw_only=True)
class _Options:
    """The options as click gives them."""

    snmp_port: int
    communities: tuple[str, ...]
    credentials: Path | None = None
    check_in_every: float | None = None
    scan_every: float | None = None
    first_back_off: float = 30.0

    def settings(self, folder: AgentFolder) -> Settings:
        own = folder.credentials if folder.credentials.exists() else None
        return Settings(
            snmp_port=self.snmp_port,
            communities=tuple(name.encode() for name in self.communities) or (b"public",),
            check_in_every=self.check_in_every,
            scan_every=self.scan_every,
            first_back_off=self.first_back_off,
            vault=vault_of(self.credentials or own),
        )


def _folder(data: Path | None) -> AgentFolder:
    path = data or Path(platformdirs.user_data_dir("frisket-agent", appauthor=False))
    return AgentFolder(path.absolute())


@contextlib.contextmanager
def _held(folder: AgentFolder) -> Iterator[None]:
    _state(folder)
    folder.prepare()
    with folder.held():
        yield


def _state(folder: AgentFolder) -> AgentState:
    """AgentError for a folder that nobody enrolled from."""
    file = StateFile.load(folder)
    if file is None:
        raise AgentError(f"{folder.path}: not enrolled; `frisket agent enroll HUB_URL --token …` comes first")
    return file.state


def _show(body: bytes, *, pretty: bool) -> None:
    """Octets as they are: whatever the terminal's character set is, these are what is sent."""
    if pretty:
        body = json.dumps(json.loads(body), ensure_ascii=False, indent=2).encode()
    sys.stdout.buffer.write(body + b"\n")
    sys.stdout.buffer.flush()


def _log(line: str) -> None:
    click.echo(f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ} {line}", err=True)
