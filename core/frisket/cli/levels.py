"""Supply levels for people: a bar whose colour is the colorant's and whose shape tells known from guessed."""

from __future__ import annotations

from rich.text import Text

from frisket.model.device import Supply

_WIDTH = 5
# Below this a supply is due to be ordered
LOW_PERCENT = 15

_STYLES = {
    "black": "white",
    "cyan": "cyan",
    "magenta": "magenta",
    "yellow": "yellow",
    "red": "red",
    "green": "green",
    "blue": "blue",
    "gray": "bright_black",
    "light gray": "bright_black",
    "light cyan": "bright_cyan",
    "light magenta": "bright_magenta",
}
_LETTERS = {"black": "K", "cyan": "C", "magenta": "M", "yellow": "Y"}
_SHORT_TYPES = {
    "wasteToner": "waste",
    "wasteInk": "waste",
    "opc": "drum",
    "transferUnit": "belt",
    "fuser": "fuser",
    "developer": "devel",
    "cleanerUnit": "clean",
    "tonerCartridge": "toner",
    "inkCartridge": "ink",
}


def level_text(supply: Supply, *, unicode: bool = True, width: int = 5) -> Text:
    """`K ████░ 80%`; `K ▒▒▒▒▒ some` where the device knows no number, so that a guess never looks like one.

    `width` is how many letters the labels of a list get.
    """
    level = supply.level
    style = _STYLES.get(supply.colorant or "", "white")
    text = Text(f"{label(supply):<{width}} ")
    if level.state == "known" and level.percent is not None:
        filled = min(_WIDTH, max(0, round(level.percent / 100 * _WIDTH)))
        full, empty = ("█", "░") if unicode else ("#", ".")
        low = level.percent <= LOW_PERCENT
        text.append(full * filled + empty * (_WIDTH - filled), style="bold red" if low else style)
        text.append(f" {level.percent:3.0f}%", style="bold red" if low else "")
        return text
    shape, word = _states(unicode)[level.state]
    text.append(shape * _WIDTH, style=style)
    text.append(f" {word}", style="dim")
    return text


def _states(unicode: bool) -> dict[str, tuple[str, str]]:  # what a terminal can show
    return {
        "known": ("▒" if unicode else "=", "no %"),
        "some-remaining": ("▒" if unicode else "=", "some"),
        "unknown": ("·" if unicode else "-", "   ?"),
        "unrestricted": ("∞" if unicode else "8", "no limit"),
        "implausible": ("!", "odd"),
    }


def label(supply: Supply) -> str:
    """What a supply is called in five letters: its colorant's where it colours, else its type's."""
    coloured = supply.colorant if supply.type in ("toner", "ink", "tonerCartridge", "inkCartridge", None) else None
    if coloured:
        return _LETTERS.get(coloured, "".join(word[0].upper() for word in coloured.split()))
    kind = supply.type or "?"
    name = _SHORT_TYPES.get(kind, kind)[:5]
    letter = _LETTERS.get(supply.colorant or "", "")
    return f"{name[:4]}{letter}" if letter else name


def is_low(supply: Supply) -> bool:
    """A known level at or below the point of ordering; for a receptacle, little space left."""
    return supply.level.percent is not None and supply.level.percent <= LOW_PERCENT
