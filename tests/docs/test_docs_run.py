"""The commands on the pages, run as they stand."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, Command, blocks, missing_lines, read, session

if sys.platform != "win32":
    import fcntl

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform == "win32", reason="the pages speak to a POSIX shell"),
    pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no loopback address but 127.0.0.1"),
]


@pytest.fixture(scope="module", autouse=True)
def _alone() -> Iterator[None]:
    """The pages name fixed addresses: two runs on one machine wait for each other."""
    with Path(tempfile.gettempdir(), f"frisket-docs-{getpass.getuser()}.lock").open("w", encoding="utf-8") as lock:
        if sys.platform != "win32":
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment() -> dict[str, str]:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return {**os.environ, "PATH": path, "PYTHONUTF8": "1"}


# --- the readme's session ----------------------------------------------------------------------


def test_the_session_in_the_readme_is_real(tmp_path: Path) -> None:
    database = tmp_path / "profiles" / "frisket_profiles"
    for namespace in ("hp", "ricoh"):
        shutil.copytree(ROOT / "profiles" / "frisket_profiles" / namespace, database / namespace)
    shell = Shell(tmp_path)
    ran = 0
    with contextlib.ExitStack() as stack:
        for block in blocks(read("README.md"), "console", "yaml"):
            if block.language == "yaml":
                shell.save(block)
                continue
            for command in session(block):
                said = shell.run(command, stack)
                assert missing_lines(command.quoted, said) == [], said
                ran += 1
    assert ran == 14


class Shell:
    """Runs the commands of a session one by one, in the folder that the last `cd` led to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, block: Block) -> None:
        """A file of which the first line says where it belongs."""
        file = self.folder / block.text.partition("\n")[0].removeprefix("# ")
        file.parent.mkdir(parents=True)
        file.write_text(block.text, encoding="utf-8")

    def run(self, command: Command, stack: contextlib.ExitStack) -> str:
        """What it printed; one that ends in `&` runs on until the stack is closed."""
        if command.text == "cd $(mktemp -d)":
            self.folder = Path(tempfile.mkdtemp(dir=self.folder))
            return ""
        if command.text.startswith("cd "):
            self.folder /= command.text.removeprefix("cd ")
            return ""
        if command.text.endswith("&"):
            return stack.enter_context(in_background(command.text.removesuffix("&"), self.folder))
        done = subprocess.run(
            ["/bin/sh", "-c", command.text],
            cwd=self.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=30,
            check=False,
        )
        assert done.returncode in (0, 1), done.stdout
        assert "Traceback" not in done.stdout
        return done.stdout


@contextlib.contextmanager
def in_background(text: str, folder: Path) -> Iterator[str]:
    """What the lab or the hub says until it is ready."""
    with subprocess.Popen(
        ["/bin/sh", "-c", f"exec {text}"], cwd=folder, env=environment(), stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line == "ready\n":
                break
        try:
            yield said
        finally:
            process.terminate()


# --- add a device ------------------------------------------------------------------------------

_MARK = "--- the next block ---"


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder in which the page's commands ran, in one shell, and what each block of them printed."""
    folder = tmp_path_factory.mktemp("device")
    script = "".join(f"echo '{_MARK}'\n{block.text}" for block in blocks(read("docs/add-a-profile.md"), "sh"))
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", script],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return folder, done.stdout.split(_MARK + "\n")[1:]


def test_adding_a_device_works_as_written(device: tuple[Path, list[str]]) -> None:
    _, said = device
    at = -1
    quotes = 0
    for block in blocks(read("docs/add-a-profile.md"), "sh", "text"):
        if block.language == "sh":
            at += 1
        else:
            assert missing_lines(block.text, said[at]) == [], said[at]
            quotes += 1
    assert (at + 1, quotes) == (len(said), 4)
    assert "no problem" in said[2]


def test_the_profile_that_is_added_has_a_dozen_lines(device: tuple[Path, list[str]]) -> None:
    folder, _ = device
    assert len((folder / "shop/aldine/press.yaml").read_text(encoding="utf-8").splitlines()) == 12


def test_the_lab_in_python_works_as_written(device: tuple[Path, list[str]]) -> None:
    folder, _ = device
    (block,) = blocks(read("docs/lab.md"), "python")
    done = subprocess.run(
        [sys.executable, "-c", block.text], cwd=folder, capture_output=True, encoding="utf-8", timeout=30, check=False
    )
    assert done.stdout.splitlines() == ["127.0.22.1 20161 0", "127.0.22.2 20161 0"], done.stderr
