"""Names of colorants as devices write them, in the languages of their panels, to the names of the document."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

# One row for each colour: English, German, French, Italian, Spanish, Portuguese, Dutch, Swedish, Danish, Finnish,
# Polish, Czech, Hungarian, Turkish, Russian, Japanese, Chinese, Korean
_WORDS = {
    "black": "black blk schwarz noir noire nero negro preto zwart svart sort musta czarny czarna černá černý fekete "
    "siyah черный чёрный ブラック 黒 黑色 黑 검정 블랙",
    "cyan": "cyan cyaan zyan ciano cian cián cyjan azurová azurový cijan syaani голубой бирюзовый シアン 青色 青 시안",
    "magenta": "magenta magentová purppura purpurowy пурпурный マゼンタ 品红色 品红 洋红 마젠타",
    "yellow": "yellow gelb jaune giallo amarillo amarelo geel gul keltainen żółty žlutá žlutý sárga "
    "sar\u0131 желтый жёлтый イエロー 黄色 黄 옐로우 노랑",
    "red": "red rot rouge rosso rojo vermelho rood röd",
    "green": "green grün vert verde groen grön",
    "blue": "blue blau bleu blu azul blauw blå",
    "orange": "orange arancione naranja laranja oranje",
    "violet": "violet violett viola violeta",
    "gray": "gray grey grau gris grigio grijs grå",
    "white": "white weiß weiss blanc bianco blanco branco wit vit",
    "clear": "clear transparent klar",
}
_BY_WORD: Mapping[str, str] = MappingProxyType({word: name for name, words in _WORDS.items() for word in words.split()})
# Words that make another colorant out of a colour that they stand before
_SHADES = {
    "light": ("black", "cyan", "magenta", "gray"),
    "matte": ("black",),
    "photo": ("black",),
    "vivid": ("magenta",),
}
# Scripts without blanks between words: found anywhere in the text, longer words first
_UNSPACED = tuple(sorted((word for word in _BY_WORD if ord(word[0]) > 0x3000), key=len, reverse=True))


def colorant_of(text: str) -> str | None:
    """The one colorant that a text names; None where it names none or several, for colours are not guessed."""
    words = _words(text)
    found = {_shaded(words, at) for at, word in enumerate(words) if word in _BY_WORD}
    if not found:
        found = {_BY_WORD[word] for word in _UNSPACED if word in text}
    return found.pop() if len(found) == 1 else None


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFC", text).lower()
    return "".join(char if char.isalpha() else " " for char in folded).split()


def _shaded(words: list[str], at: int) -> str:
    name = _BY_WORD[words[at]]
    before = at - 1
    while before >= 0 and name.split()[-1] in _SHADES.get(words[before], ()):
        name = f"{words[before]} {name}"
        before -= 1
    return name
