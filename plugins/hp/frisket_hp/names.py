"""The names of HP's printers, and of what others made and a JetDirect brings onto the network."""

from __future__ import annotations

from frisket.plugins import StepError, Value

# what stands before a model, to the name on the case: HP's own names, and makers whose printers were sold with a place
# for a JetDirect or are found behind one
_ON_THE_CASE = {
    "hewlett-packard": "HP", "hewlett packard": "HP", "hp": "HP", "apple": "Apple", "brother": "Brother",
    "canon": "Canon", "dell": "Dell", "digital": "Digital", "epson": "Epson", "fuji xerox": "Fuji Xerox",
    "fujitsu": "Fujitsu", "genicom": "Genicom", "ibm": "IBM", "konica minolta": "Konica Minolta",
    "kyocera mita": "Kyocera", "kyocera": "Kyocera", "lexmark": "Lexmark", "minolta": "Minolta", "nec": "NEC",
    "oki data": "OKI", "oki": "OKI", "okidata": "OKI", "olivetti": "Olivetti", "panasonic": "Panasonic",
    "printronix": "Printronix", "qms": "QMS", "ricoh": "Ricoh", "samsung": "Samsung", "sharp": "Sharp",
    "tally": "Tally", "tallygenicom": "TallyGenicom", "tektronix": "Tektronix", "toshiba": "Toshiba",
    "xerox": "Xerox", "zebra": "Zebra",
}  # fmt: skip
MAKERS = tuple(tuple(name.split()) for name in _ON_THE_CASE)
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


def brand(value: Value) -> Value:
    """The brand on the case, from the MFG of a device ID; a maker that is not known is called what it calls itself."""
    if not isinstance(value, str):
        raise StepError("a name is text; put `text` before this step")
    words = value.replace("®", " ").replace("™", " ").split()
    maker = _maker(words)
    return _ON_THE_CASE[" ".join(maker)] if maker else " ".join(words) or None


def _maker(words: list[str]) -> tuple[str, ...]:
    """The maker's words that a name begins with."""
    lowered = tuple(word.lower() for word in words)
    return next((maker for maker in MAKERS if lowered[: len(maker)] == maker), ())
