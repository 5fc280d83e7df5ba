"""What people do at their machines: commands with files, of which only some touch the hub."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from frisket.cli.main import run


@attrs.frozen
class Told:
    code: int
    out: str
    err: str


@attrs.frozen
class Desk:
    """`folder` holds the hub's folder and every file that is carried to and fro."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def data(self) -> Path:
        return self.folder / "hub"

    def file(self, name: str) -> Path:
        return self.folder / name

    def call(self, *arguments: str | Path) -> Told:
        self.capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        said = self.capsys.readouterr()
        return Told(code, said.out, said.err)

    def must(self, *arguments: str | Path) -> str:
        told = self.call(*arguments)
        assert told.code == 0, told.err
        return told.out

    def fails(self, *arguments: str | Path) -> str:
        told = self.call(*arguments)
        assert told.code != 0, told.out
        return told.err

    def keys(self, *arguments: str | Path) -> str:
        return self.must("hub", "keys", *arguments)

    def key(self, name: str) -> Path:
        """A key without a password, made if it is not there yet; its public half lies beside it."""
        file = self.file(f"{name}.pem")
        if not file.exists():
            self.keys("make", file, "--no-password")
        return file

    def public(self, name: str) -> Path:
        return self.key(name).with_suffix(".pem.pub")

    def ceremony(self, *vendors: str) -> None:
        """Root and targets as a provider begins: two of three people, a release key, a key for each vendor."""
        self.keys("online", "--data", self.data)
        online = self.data / "online-keys"
        roots = [part for name in ("ann", "bob", "cy") for part in ("--root", self.public(name))]
        hub = ("--snapshot", online / "snapshot.pem.pub", "--timestamp", online / "timestamp.pem.pub")
        self.keys("root", "-o", self.file("root.json"), *roots, *hub)
        delegated = [part for name in vendors for part in ("--vendor", f"{name}={self.public(name)}")]
        self.keys("targets", "-o", self.file("targets.json"), "--release", self.public("release"), *delegated)
        self.signed("root.json", "ann", "bob")
        self.signed("targets.json", "ann", "bob")
        self.keys("install", self.file("root.json"), self.file("targets.json"), "--data", self.data)

    def signed(self, name: str, *people: str) -> None:
        for person in people:
            self.keys("sign", self.file(name), "--key", self.key(person))
