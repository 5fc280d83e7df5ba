"""The profile database: every profile of some folders, compiled in the order of inheritance, checked together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from frisket.errors import Problem, ProfileError
from frisket.profile.compiling import compile_identity, compile_profile
from frisket.profile.document import IdentityDocument, ProfileDocument
from frisket.profile.parts import Compiler
from frisket.profile.profile import IdentityProfile, Profile, Rule
from frisket.profile.steps import StepRegistry
from frisket.profile.structure import Document, structure
from frisket.profile.suggestion import suggest
from frisket.profile.yaml_text import Node, find, load

IDENTITY = "std/identity"
MAX_DEPTH = 8


@attrs.frozen
class ProfileFile:
    """The text of one profile and what it is called in messages: `acme/laser.yaml`."""

    name: str
    text: str


@attrs.frozen
class ProfileDatabase:
    """Profiles by id, and what identification asks."""

    profiles: Mapping[str, Profile]
    identity: IdentityProfile


def read_folder(folder: Path) -> Iterator[ProfileFile]:
    """Every profile `<namespace>/<name>.yaml` below a folder; case folders hold no profiles."""
    for path in sorted(folder.glob("*/*.yaml")):
        name = path.relative_to(folder).as_posix()
        try:
            yield ProfileFile(name, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ProfileError((Problem(name, 1, 1, "$", f"cannot be read: {error}"),)) from None


def build_database(files: Iterable[ProfileFile], steps: StepRegistry) -> ProfileDatabase:
    """ProfileError with the problems of all files at once."""
    builder = _Builder(steps)
    for file in files:
        builder.read(file)
    return builder.build()


@attrs.frozen
class _Source:
    file: str
    root: Node
    document: Document


@attrs.define
class _Builder:
    steps: StepRegistry
    sources: dict[str, _Source] = attrs.field(factory=dict)
    profiles: dict[str, Profile] = attrs.field(factory=dict)
    depths: dict[str, int] = attrs.field(factory=dict)
    unusable: set[str] = attrs.field(factory=set)
    problems: list[Problem] = attrs.field(factory=list)

    def read(self, file: ProfileFile) -> None:
        try:
            root = load(file.text, file=file.name)
            document = structure(root, file=file.name)
        except ProfileError as error:
            self.problems.extend(error.problems)
            self.unusable.add(file.name.removesuffix(".yaml"))
            return
        source = _Source(file.name, root, document)
        expected = file.name.removesuffix(".yaml")
        if document.profile != expected:
            message = f"{document.profile!r} is not what its place says: the file of {expected!r}"
            self.problem(source, ("profile",), message)
        elif document.profile in self.sources:
            self.problem(source, ("profile",), f"{document.profile!r} stands in two folders")
        else:
            self.sources[document.profile] = source

    def problem(self, source: _Source, path: tuple[str | int, ...], message: str) -> None:
        node = find(source.root, path)
        where = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
        self.problems.append(Problem(source.file, node.line, node.column, where, message))

    def build(self) -> ProfileDatabase:
        identity: IdentityProfile | None = None
        for source in self.sources.values():
            if isinstance(source.document, IdentityDocument):
                compiler = self.compiler(source)
                compiled = compile_identity(source.document, compiler)
                self.problems.extend(compiler.problems)
                identity = compiled if compiled.id == IDENTITY else identity
            else:
                self.profile(source.document.profile, ())
        self.problems.extend(_ties(list(self.profiles.values()), self.sources))
        if identity is None and not self.problems:
            message = f"the database holds no profile {IDENTITY}, which says what identification asks"
            self.problems.append(Problem(f"{IDENTITY}.yaml", 1, 1, "$", message))
        if self.problems or identity is None:
            raise ProfileError(tuple(self.problems))
        return ProfileDatabase(self.profiles, identity)

    def compiler(self, source: _Source) -> Compiler:
        reference = f"{source.document.profile}@{source.document.version}"
        return Compiler(source.file, source.root, self.steps, reference)

    def profile(self, name: str, children: tuple[str, ...]) -> Profile | None:
        """Compiles a profile after its parents; `children` is the way here, which shows loops and depth."""
        if name in self.profiles:
            return self.profiles[name]
        source = self.sources[name]
        if not isinstance(source.document, ProfileDocument):
            return None
        parents = [
            parent
            for at, parent_name in enumerate(source.document.extends or ())
            if (parent := self.parent(source, at, parent_name, (*children, name))) is not None
        ]
        if self.unusable.intersection(source.document.extends or ()):
            # what a child is told without its parent would be wrong: one mistake, one message
            self.unusable.add(name)
            return None
        compiler = self.compiler(source)
        compiled = compile_profile(source.document, parents, compiler)
        self.problems.extend(compiler.problems)
        self.profiles[name] = compiled
        self.depths[name] = 1 + max((self.depths[parent.id] for parent in parents), default=0)
        return compiled

    def parent(self, source: _Source, at: int, name: str, children: tuple[str, ...]) -> Profile | None:
        path = ("extends", at)
        if name in children:
            self.problem(source, path, f"{' extends '.join((*children, name))}: a loop")
        elif len(children) >= MAX_DEPTH:
            self.problem(source, path, f"more than {MAX_DEPTH} profiles extend each other")
        elif name in self.unusable:
            return None
        elif name not in self.sources:
            self.problem(source, path, f"unknown profile {name!r}{suggest(name, self.sources)}")
        elif isinstance(self.sources[name].document, IdentityDocument):
            self.problem(source, path, f"{name!r} is of kind identity, which cannot be extended")
        else:
            parent = self.profile(name, children)
            # one that was compiled before, on a shorter way, brings its own ancestors
            if self.depths.get(name, 0) + len(children) <= MAX_DEPTH:
                return parent
            self.problem(source, path, f"more than {MAX_DEPTH} profiles extend each other")
        return None


def _ties(profiles: Sequence[Profile], sources: Mapping[str, _Source]) -> Iterator[Problem]:
    """Rules of unrelated profiles that ask the same of a device: neither could ever win over the other."""
    seen: dict[object, tuple[Profile, int]] = {}
    for profile in profiles:
        for at, rule in enumerate(profile.match):
            for prefix in rule.sys_object_id or ((),):
                key = (profile.kind == "device", prefix, _without_oids(rule))
                other, _ = seen.setdefault(key, (profile, at))
                if other is not profile:
                    path = ("match", at)
                    node = find(sources[profile.id].root, path)
                    message = f"asks the same of a device as a rule of {other.file}: give one of them a priority"
                    yield Problem(profile.file, node.line, node.column, f"$.match[{at}]", message)


def _without_oids(rule: Rule) -> object:
    not_ = None if rule.not_ is None else (rule.not_.sys_object_id, _without_oids(rule.not_))
    probes = frozenset(itertools.chain(rule.probes))
    return (rule.sys_descr, rule.hr_device_descr, frozenset(rule.ieee1284.items()), probes, not_, rule.priority)
