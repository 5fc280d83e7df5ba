"""The profile database: every profile of some folders, compiled in the order of inheritance, checked together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from frisket.errors import Problem, ProfileError
from frisket.profile.compiling import compile_identity, compile_profile
from frisket.profile.document import IdentityDocument, ProfileDocument
from frisket.profile.parts import Compiler
from frisket.profile.profile import IdentityProfile, Profile
from frisket.profile.rule_index import RuleIndex
from frisket.profile.rules import rule_problems
from frisket.profile.step_registry import StepRegistry
from frisket.profile.structure import Document, structure
from frisket.profile.suggestion import suggest
from frisket.profile.yaml_text import Node, find, load

IDENTITY = "std/identity"
MAX_DEPTH = 8
# What an overlay changes of a profile; who it is, and which devices are its own, stay
_OVERLAID = ("aliases", "enums", "patterns", "requests", "fields", "tables", "charsets", "limits")


@attrs.frozen
class ProfileFile:
    """The text of one profile and what it is called in messages: `acme/laser.yaml`."""

    name: str
    text: str


@attrs.frozen
class ProfileDatabase:
    """Profiles by id, and what identification asks.

    `digests`, by the same ids and `std/identity`: two databases in which they are the same read a device alike, if
    they recognise it alike. They are made of the texts of the profile, of its ancestors, and of what overlays it.
    """

    profiles: Mapping[str, Profile]
    identity: IdentityProfile
    digests: Mapping[str, str] = attrs.field(factory=dict, eq=False, repr=False)
    rules: RuleIndex = attrs.field(init=False, eq=False, repr=False)

    @rules.default
    def _rules(self) -> RuleIndex:
        return RuleIndex.of(self.profiles.values(), [*self.identity.printer, *self.identity.not_printer])


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


@attrs.frozen(order=True)
class _Source:
    file: str
    text: str = attrs.field(order=False, repr=False)
    root: Node = attrs.field(order=False)
    document: Document = attrs.field(order=False)


@attrs.define
class _Builder:
    steps: StepRegistry
    sources: dict[str, _Source] = attrs.field(factory=dict)
    profiles: dict[str, Profile] = attrs.field(factory=dict)
    depths: dict[str, int] = attrs.field(factory=dict)
    unusable: set[str] = attrs.field(factory=set)
    # the overlays that lie over a profile
    laid: dict[str, list[str]] = attrs.field(factory=dict)
    problems: list[Problem] = attrs.field(factory=list)

    def read(self, file: ProfileFile) -> None:
        try:
            root = load(file.text, file=file.name)
            document = structure(root, file=file.name)
        except ProfileError as error:
            self.problems.extend(error.problems)
            self.unusable.add(file.name.removesuffix(".yaml"))
            return
        source = _Source(file.name, file.text, root, document)
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
        found = list(self.profiles.values())
        profiles = {profile.id: profile for profile in found if profile.kind != "overlay"}
        self.problems.extend(rule_problems(list(profiles.values()), lambda name: self.sources[name].root))
        for overlay in sorted(self.sources[one.id] for one in found if one.kind == "overlay"):
            self.lay(overlay, profiles)
        if identity is None and not self.problems:
            message = f"the database holds no profile {IDENTITY}, which says what identification asks"
            self.problems.append(Problem(f"{IDENTITY}.yaml", 1, 1, "$", message))
        if self.problems or identity is None:
            raise ProfileError(tuple(dict.fromkeys(self.problems)))
        return ProfileDatabase(profiles, identity, self.digests([*profiles.values(), identity]))

    def lay(self, overlay: _Source, profiles: dict[str, Profile]) -> None:
        """An overlay's words over every profile that is, or extends, one that it names; what they match stays."""
        document = overlay.document
        assert isinstance(document, ProfileDocument)
        for at, name in enumerate(document.overlays or ()):
            if name not in profiles and name not in self.unusable:
                self.problem(overlay, ("overlays", at), f"unknown profile {name!r}{suggest(name, profiles)}")
            for leaf in [one for one in profiles.values() if name in one.lineage]:
                compiler = self.compiler(overlay)
                laid = compile_profile(document, [leaf], compiler)
                self.problems.extend(compiler.problems)
                self.laid.setdefault(leaf.id, []).append(document.profile)
                profiles[leaf.id] = attrs.evolve(
                    leaf,
                    **{part: getattr(laid, part) for part in _OVERLAID},
                )

    def digests(self, profiles: Iterable[Profile | IdentityProfile]) -> dict[str, str]:
        digests = {}
        for profile in profiles:
            lineage = profile.lineage if isinstance(profile, Profile) else {profile.id}
            names = (*sorted(lineage), *self.laid.get(profile.id, ()))
            texts = "\0".join(text for name in names for text in (name, self.sources[name].text))
            digests[profile.id] = hashlib.sha256(texts.encode("utf-8", "surrogatepass")).hexdigest()
        return digests

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
        elif self.sources[name].document.kind == "overlay":
            self.problem(source, path, f"{name!r} is an overlay, which cannot be extended")
        else:
            parent = self.profile(name, children)
            # one that was compiled before, on a shorter way, brings its own ancestors
            if self.depths.get(name, 0) + len(children) <= MAX_DEPTH:
                return parent
            self.problem(source, path, f"more than {MAX_DEPTH} profiles extend each other")
        return None
