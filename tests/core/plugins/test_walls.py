"""What core may not hold: makers' names and numbers, fat modules, and public names that are none."""

from __future__ import annotations

import importlib
import io
import pkgutil
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import frisket

CORE = Path(frisket.__file__).parent
MODULES = sorted(path for path in CORE.rglob("*.py"))
MAX_LINES = 400
# The one file that protects devices from profiles, so that no profile may touch it (DESIGN 3)
EXCEPT = CORE / "protocols" / "never_asked.py"
MAKERS = (
    "brother", "canon", "dell", "epson", "fuji", "fujifilm", "fujitsu", "gestetner", "hewlett", "hp", "ibm",
    "infoprint", "infotec", "jetdirect", "konica", "kyocera", "lanier", "laserjet", "lexmark", "minolta", "nashuatec",
    "nrg", "officejet", "oki", "olivetti", "panasonic", "pantum", "ricoh", "samsung", "savin", "sharp", "sindoh",
    "tallygenicom", "toshiba", "utax", "versalink", "workcentre", "xerox", "zebra",
)  # fmt: skip
_MAKER = re.compile(rf"(?i)(?<![a-z0-9])(?:{'|'.join(MAKERS)})(?![a-z0-9])")
# A codec of Python's
_NO_MAKER = "hp_roman8"
_ENTERPRISE = re.compile(r"1[., ]+3[., ]+6[., ]+1[., ]+4[., ]+1[., ]+\d+")


def name_of(path: Path) -> str:
    return path.relative_to(CORE).as_posix()


def words_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of every string and comment."""
    text = path.read_text(encoding="utf-8")
    kinds = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in kinds:
            yield token.start[0], token.string


def test_core_names_no_maker() -> None:
    found = [
        f"{name_of(path)}:{line}: {maker}"
        for path in MODULES
        for line, text in words_of(path)
        for maker in _MAKER.findall(text.replace(_NO_MAKER, ""))
        if path != EXCEPT
    ]
    assert found == []


def test_core_holds_no_makers_oid_but_those_that_are_never_asked() -> None:
    found = {name_of(path) for path in MODULES if _ENTERPRISE.search(path.read_text(encoding="utf-8"))}
    assert found == {name_of(EXCEPT)}


def test_no_module_is_longer_than_a_reader_bears() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_the_package_itself_holds_its_version_and_nothing_else() -> None:
    text = (CORE / "__init__.py").read_text(encoding="utf-8")
    code = [line for line in text.splitlines() if line.strip() and not line.startswith('"""')]
    assert len(code) == 1
    assert re.fullmatch(r'__version__ = "\d+\.\d+\.\d+"', code[0])


def packages() -> list[str]:
    """Every package of core, the outermost one included."""
    found = [module.name for module in pkgutil.walk_packages([str(CORE)], "frisket.") if module.ispkg]
    return ["frisket", *found]


def public_order(name: str) -> tuple[int, str]:
    """CONSTANTS, then Classes, then functions: the order in which ruff sorts `__all__`."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize("package", packages())
def test_the_public_names_of_a_package_are_sorted_and_there(package: str) -> None:
    module = importlib.import_module(package)
    public = list(getattr(module, "__all__", []))
    assert public == sorted(set(public), key=public_order)
    assert [name for name in public if not hasattr(module, name)] == []
