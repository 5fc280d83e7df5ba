"""The names of HP's printers, and of what others made and a JetDirect brings onto the network."""

from __future__ import annotations

from frisket.plugins import StepError, Value

# what stands before a model: HP's own names, and makers whose printers were sold with a place for a JetDirect
_NAMES = (
    "hewlett-packard", "hewlett packard", "hp", "apple", "brother", "canon", "dell", "digital", "epson", "fuji xerox",
    "fujitsu", "genicom", "ibm", "kyocera mita", "kyocera", "lexmark", "minolta", "oki data", "oki", "okidata",
    "panasonic", "qms", "ricoh", "samsung", "sharp", "tektronix", "toshiba", "xerox", "zebra",
)  # fmt: skip
MAKERS = tuple(tuple(name.split()) for name in _NAMES)
# what a card says as long as it knows no printer
_NO_MODEL = frozenset(
    ("printer", "network printer", "generic printer", "jetdirect", "unknown", "unknown printer", "none", "n/a")
)


def model(value: Value) -> Value:
    """The model without the maker, from hrDeviceDescr or a device ID: `hp hp LaserJet 4250` is a LaserJet 4250."""
    if not isinstance(value, str):
        raise StepError("a name is text; put `text` before this step")
    words = value.replace("®", " ").replace("™", " ").split(";")[0].split()
    while (maker := _maker(words)) and len(maker) < len(words):
        words = words[len(maker) :]
    name = " ".join(words)
    return None if not name or name.lower() in _NO_MODEL or _maker(words) else name


def _maker(words: list[str]) -> tuple[str, ...]:
    """The maker's words that a name begins with."""
    lowered = tuple(word.lower() for word in words)
    return next((maker for maker in MAKERS if lowered[: len(maker)] == maker), ())
