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
    # waiting for another run is no test's own time; what is run has a limit of its own
    pytest.mark.timeout(func_only=True),
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


# --- add a profile, add a vendor plugin ---------------------------------------------------------

_MARK = "--- the next block ---"
_PAGES = {"docs/add-a-profile.md": 5, "docs/add-a-vendor-plugin.md": 3}


def run_page(page: str, folder: Path, seconds: float = 100) -> list[str]:
    """The page's commands in one shell; what each block of them printed."""
    script = "".join(f"echo '{_MARK}'\n{block.text}" for block in blocks(read(page), "sh"))
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", script],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout.split(_MARK + "\n")[1:]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, list[str]]]:
    """Each page: the folder in which its commands ran, and what its blocks printed."""
    folders = {page: tmp_path_factory.mktemp("page") for page in _PAGES}
    return {page: (folder, run_page(page, folder)) for page, folder in folders.items()}


@pytest.mark.parametrize("page", _PAGES)
def test_the_page_works_as_written(page: str, ran: dict[str, tuple[Path, list[str]]]) -> None:
    _, said = ran[page]
    assert quoted(page, said) == _PAGES[page]
    assert any("no problem" in words for words in said)


def quoted(page: str, said: list[str]) -> int:
    """How many quotes the page has, each of which stands in what the commands above it printed."""
    at, quotes = -1, 0
    for block in blocks(read(page), "sh", "text"):
        if block.language == "sh":
            at += 1
        else:
            assert missing_lines(block.text, said[at]) == [], said[at]
            quotes += 1
    assert at + 1 == len(said)
    return quotes


def test_nothing_private_is_left_in_what_the_page_records(ran: dict[str, tuple[Path, list[str]]]) -> None:
    folder, _ = ran["docs/add-a-profile.md"]
    files = [file for file in (folder / "shop").rglob("*") if file.is_file()]
    assert len(files) == 4
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    for original in ("AP7-00421", "press-hall", "Miller", "jo.miller", "Hall, by", "00005e005307"):
        assert original.lower() not in text.lower()


def test_the_lab_in_python_works_as_written(ran: dict[str, tuple[Path, list[str]]]) -> None:
    folder, _ = ran["docs/add-a-profile.md"]
    (block,) = blocks(read("docs/lab.md"), "python")
    done = subprocess.run(
        [sys.executable, "-c", block.text], cwd=folder, capture_output=True, encoding="utf-8", timeout=30, check=False
    )
    assert done.stdout.splitlines() == ["127.0.22.1 20161 0", "127.0.22.2 20161 0"], done.stderr


# --- the guides of vendors and providers ---------------------------------------------------------

_GUIDES = {"docs/vendor-guide.md": 8, "docs/provider-guide.md": 19}


@pytest.mark.timeout(900, func_only=True)
@pytest.mark.parametrize("page", _GUIDES)
def test_the_guide_works_as_written(page: str, tmp_path: Path) -> None:
    """Keys made, carried, used, replaced: some ninety commands, each of which is a process."""
    assert quoted(page, run_page(page, tmp_path, seconds=850)) == _GUIDES[page]
