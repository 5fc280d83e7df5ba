"""The profiles in use: a release is verified, built under this engine, tested, and only then current.

offered → verified (vendor and provider) → built → self-tested → current, on trial. What is wrong leaves the old one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain

import attrs

from frisket.agent.ceiling import printable
from frisket.agent.errors import FolderError, UpdateError
from frisket.agent.folder import AgentFolder
from frisket.agent.release_files import Pointer, ReleaseFiles
from frisket.agent.self_test import self_test
from frisket.agent.trial import Trial, TrialFile
from frisket.errors import FrisketError, ProfileError, TrustError
from frisket.plugins.registry import Registry
from frisket.profile.database import ProfileDatabase, ProfileFile, read_folder
from frisket.profile.usable import HeldProfile, build_usable
from frisket.releases.bundle import Bundle, unpack
from frisket.releases.client import VerifiedRelease
from frisket.releases.trust_codes import TrustCode
from frisket.wire.documents import Release

_SHORT = 200
NO_DOWNLOAD, DOES_NOT_LOAD = "no-download", "does-not-load"


@attrs.frozen(kw_only=True)
class Loaded:
    """A database that can be scanned with; `release` is None for the one that came with the agent.

    `texts` are those that it was built of, by file name: a profile that a newer release cannot bring stays at these.
    """

    database: ProfileDatabase
    release: Release | None
    texts: Mapping[str, ProfileFile] = attrs.field(repr=False)
    held: tuple[HeldProfile, ...] = ()


@attrs.define(eq=False)
class Updates:
    """The releases of one folder; `loaded` is what the next scan uses.

    `problem` says why the release that was current could not be loaded at the start; empty when it could.
    """

    files: ReleaseFiles
    registry: Registry
    trials: TrialFile
    loaded: Loaded
    problem: str = ""

    @classmethod
    def open(cls, folder: AgentFolder, registry: Registry, trials: TrialFile) -> Updates:
        """The current release, else the one before, else the profiles that came with the agent; ProfileError if not
        even they load.
        """
        files, problem = ReleaseFiles(folder), ""
        try:
            pointer = files.pointer()
            loaded = load(files, registry, pointer.release)
        except FrisketError as error:
            problem = f"the current release cannot be used: {first_lines(error)}"
            loaded = _before(files, registry)
        return cls(files, registry, trials, loaded, problem)

    @property
    def on_trial(self) -> Trial | None:
        """The trial of what is in use, until it was judged."""
        trial = self.trials.trial
        fits = trial is not None and trial.release == self.loaded.release and trial.verdict is None
        return trial if fits else None

    def older(self, namespace: str) -> bytes | None:
        """The bundle of a namespace that is in use."""
        if self.loaded.release is None:
            return None
        try:
            reference = self.files.manifest(self.loaded.release).bundles.get(namespace)
        except FrisketError:
            return None
        return None if reference is None else self.files.bundle(reference.sha256)

    async def take(self, wanted: Release, verify: Callable[[], VerifiedRelease], used: Collection[str]) -> bool:
        """Makes a release current, on trial; False where it is already. UpdateError when it is not taken.

        `verify` downloads and verifies, in a thread; `used` are the profiles that read devices here.
        """
        if self.loaded.release == wanted:
            return False
        self._check_order(wanted)
        loaded = await asyncio.to_thread(self._prepare, wanted, verify, used)
        trial = self.on_trial
        before = self.loaded.release if trial is None else trial.before
        try:
            self.trials.begin(wanted, before)
            self.files.point(Pointer(release=wanted, before=before))
        except FolderError as error:
            raise UpdateError(NO_DOWNLOAD, first_lines(error), lasting=False) from None
        self.loaded, self.problem = loaded, ""
        self.files.keep((wanted, before))
        return True

    def go_back(self, loaded: Loaded) -> None:
        """Makes the release before current again."""
        self.files.point(Pointer(release=loaded.release))
        self.loaded = loaded

    def _check_order(self, wanted: Release) -> None:
        current = self._applied()
        if current is None or wanted == current or wanted.number > current.number:
            return
        if wanted.number == current.number:
            words = f"release {wanted.number} is applied here with other content: two hubs speak of it"
            raise UpdateError(TrustCode.FORK, words, lasting=True)
        words = f"release {wanted.number} is older than release {current.number}, which is applied"
        raise UpdateError(TrustCode.OLDER, words, lasting=True)

    def _applied(self) -> Release | None:
        """What is in use, or would be if it were not damaged here."""
        try:
            return self.files.pointer().release
        except FrisketError:
            return self.loaded.release

    def _prepare(self, wanted: Release, verify: Callable[[], VerifiedRelease], used: Collection[str]) -> Loaded:
        """Seconds of work, in a thread."""
        try:
            verified = verify()
            bundles = [unpack(octets, namespace) for namespace, octets in verified.bundles.items()]
            loaded = _build(_profiles(bundles), self.loaded.texts, self.registry, wanted)
            held = {one.id for one in loaded.held}
            self_test(loaded.database, bundles, frozenset(used) - held)
            self.files.put(verified, loaded.held)
        except UpdateError:
            raise
        except TrustError as error:
            raise UpdateError(error.code, first_lines(error), lasting=False) from None
        except ProfileError as error:
            raise UpdateError(DOES_NOT_LOAD, first_lines(error), lasting=True) from None
        except FrisketError as error:
            raise UpdateError(NO_DOWNLOAD, first_lines(error), lasting=False) from None
        return loaded


def load(files: ReleaseFiles, registry: Registry, release: Release | None) -> Loaded:
    """A release that lies here, or for None the profiles that came with the agent; FrisketError where it cannot be."""
    if release is None:
        own = chain.from_iterable(map(read_folder, registry.profile_folders))
        return _build(list(own), {}, registry, None)
    older = {held.file.name: held.file for held in files.held(release) if held.file is not None}
    return _build(_profiles(files.contents(release)), older, registry, release)


def first_lines(error: FrisketError) -> str:
    """As much of an error's lines as a confirmation holds."""
    return "\n".join(map(printable, str(error).splitlines()[:5]))[:_SHORT]


def _before(files: ReleaseFiles, registry: Registry) -> Loaded:
    try:
        return load(files, registry, files.pointer().before)
    except FrisketError:
        return load(files, registry, None)


def _profiles(bundles: Iterable[Bundle]) -> list[ProfileFile]:
    return [profile for bundle in bundles for profile in bundle.profiles]


def _build(
    files: Sequence[ProfileFile], before: Mapping[str, ProfileFile], registry: Registry, release: Release | None
) -> Loaded:
    usable = build_usable(files, before, registry.steps, registry.protocols)
    texts = {file.name: file for file in files}
    for held in usable.held:
        texts.pop(f"{held.id}.yaml", None)
        if held.file is not None:
            texts[held.file.name] = held.file
    return Loaded(database=usable.database, release=release, texts=texts, held=usable.held)
