"""Supply levels for the page: how wide a bar is, how it is drawn, and the same in words.

The shape tells what is known: only a known level is a solid bar. A guess never looks like a level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from frisket_hub.portal.words import number, phrase
from frisket_hub.store.pages import LOW_PERCENT

_LETTERS = {"black": "K", "cyan": "C", "magenta": "M", "yellow": "Y"}
# Colorants with a colour of their own in the stylesheet, by the class that gives it
_COLOURED = {
    "black": "black", "matte black": "black", "photo black": "black", "light black": "gray",
    "light light black": "gray", "gray": "gray", "light gray": "gray", "white": "white", "clear": "white",
    "cyan": "cyan", "light cyan": "light-cyan", "magenta": "magenta", "vivid magenta": "magenta",
    "light magenta": "light-magenta", "vivid light magenta": "light-magenta", "yellow": "yellow", "red": "red",
    "green": "green", "blue": "blue", "orange": "orange", "violet": "violet",
}  # fmt: skip
_COLOURING = frozenset({"toner", "ink", "tonerCartridge", "inkCartridge", "solidWax", "inkRibbon", "ribbonWax"})
_WORDS = {
    "some-remaining": "some left",
    "unknown": "not known",
    "unrestricted": "no limit",
    "implausible": "implausible",
}
_MEANINGS = {
    "some-remaining": "some left; the printer does not say how much",
    "amount": "an amount; the printer does not say of how much",
    "unknown": "not known to the printer",
    "unrestricted": "no limit, says the printer",
    "implausible": "what the printer says cannot be right",
}


@attrs.frozen(kw_only=True)
class LevelView:
    """A supply as it is shown. `shape` is solid, amount, some-remaining, unknown, unrestricted or implausible."""

    name: str
    short: str
    ink: str
    shape: str
    percent: float | None
    words: str
    detail: str
    low: bool
    colours: bool
    receptacle: bool


def level_views(supplies: Iterable[Mapping[str, Any]]) -> list[LevelView]:
    """Supplies of a device document, those that colour first."""
    return sorted((_view(supply) for supply in supplies), key=lambda view: not view.colours)


def shapes_of(views: Iterable[LevelView]) -> list[tuple[str, str]]:
    """The shapes that are no solid bar, each with what it means, as far as they are there."""
    there = {view.shape for view in views}
    return [(shape, meaning) for shape, meaning in _MEANINGS.items() if shape in there]


def shown_in_list(views: list[LevelView], most: int = 6) -> list[LevelView]:
    """What a row of the fleet has room for: what colours, and of the rest only what is low."""
    return [view for view in views if view.colours or view.low][:most]


def _view(supply: Mapping[str, Any]) -> LevelView:
    level = supply["level"]
    percent, state, kind = level.get("percent"), level["state"], supply.get("type")
    receptacle = supply.get("class") == "receptacle"
    colours = kind in _COLOURING or (kind is None and bool(supply.get("colorant")))
    return LevelView(
        name=_name(supply),
        short=_short(supply, colours=colours),
        ink=_COLOURED.get(str(supply.get("colorant")), "other"),
        shape=state if state != "known" else ("amount" if percent is None else "solid"),
        percent=percent,
        words=_words(level, receptacle=receptacle),
        detail=_detail(level, receptacle=receptacle),
        low=percent is not None and percent <= LOW_PERCENT,
        colours=colours,
        receptacle=receptacle,
    )


def _name(supply: Mapping[str, Any]) -> str:
    """The colorant and the type; the device's own words where it gives neither."""
    parts = [part for part in (supply.get("colorant"), phrase(supply.get("type")).lower()) if part]
    text = " ".join(parts) if parts and supply.get("type") not in ("other", "unknown") else supply.get("description")
    text = str(text or "Supply " + supply["index"])
    return text[:1].upper() + text[1:]


def _short(supply: Mapping[str, Any], *, colours: bool) -> str:
    colorant = supply.get("colorant")
    if colours and colorant:
        return _LETTERS.get(colorant) or "".join(word[0].upper() for word in str(colorant).split()[:3])
    return (phrase(supply.get("type")) or "Supply").split()[0]


def _words(level: Mapping[str, Any], *, receptacle: bool) -> str:
    if level["state"] != "known":
        return _WORDS.get(level["state"], "not known")
    if level.get("percent") is None:
        return f"{number(level.get('remaining'))} {phrase(level.get('unit')).lower()} left".replace("  ", " ")
    return f"{number(level['percent'])} %{' free' if receptacle else ''}"


def _detail(level: Mapping[str, Any], *, receptacle: bool) -> str:
    """`11,700 of 26,000 impressions`; nothing where the unit is percent or unsaid."""
    remaining, capacity, unit = level.get("remaining"), level.get("capacity"), level.get("unit")
    if level["state"] != "known" or remaining is None or capacity is None or unit in (None, "percent", "unknown"):
        return "the space that is left in it" if receptacle and level["state"] == "known" else ""
    of = f"{number(remaining)} of {number(capacity)} {phrase(unit).lower()}"
    return f"{of} of space left" if receptacle else f"{of} left"
