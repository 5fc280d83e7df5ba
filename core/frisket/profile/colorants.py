"""Names of colorants as devices write them, in the languages of their panels, to the names of the document."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

# One row for each colour: English, German, French, Italian, Spanish, Portuguese, Dutch, Catalan, Swedish, Norwegian,
# Danish, Finnish, Polish, Czech, Slovak, Hungarian, Slovene, Croatian, Romanian, Turkish, Greek, Russian, Ukrainian,
# Japanese, Chinese (simplified and traditional), Korean, Thai. Capitals leave out the accents of Greek.
_WORDS = {
    "black": "black blk schwarz schwarze schwarzer noir noire nero nera negro negra preto preta zwart "
    "zwarte negre svart sort musta czarny czarna czarne czarnym černá černý čierna čierny fekete "
    "črna črni crna crni negru neagră siyah μαύρο μαυρο μαύρη μαυρη черный чёрный черного чёрного "
    "черным чёрным черная чорний чорна ブラック 黒 黑色 黑 검정 검은 블랙 สีดำ ดำ",
    "cyan": "cyan cyaan zyan cyanfarben ciano cian cián cyjan błękitny błękitnym azurová azurový azúrová "
    "azúrový syaani ciánkék cijan camgöbeği κυανό κυανο голубой голубого голубым бирюзовый "
    "блакитний シアン 青色 青 시안 สีฟ้า ฟ้า",
    "magenta": "magenta magentová purpurová purpurový purppura purpurowy purpurowym bíbor bíborvörös "
    "škrlatna macenta μαντζέντα μαντζεντα ματζέντα ματζεντα пурпурный пурпурного пурпурным "
    "малиновый пурпуровий マゼンタ マゼンダ 品红色 品红 洋红 洋紅 紅紫 마젠타 자홍 สีม่วงแดง ม่วงแดง",
    "yellow": "yellow gelb gelbe gelber jaune giallo gialla amarillo amarilla amarelo amarela geel gele "
    "groc groga gul keltainen żółty żółta żółtym žlutá žlutý žltá žltý sárga rumena rumeni žuta "
    "žuti galben galbenă sar\u0131 sari κίτρινο κιτρινο желтый жёлтый желтого жёлтого желтым "
    "жёлтым желтая жовтий イエロー 黄色 黄 黃色 黃 옐로우 옐로 노랑 노란 สีเหลือง เหลือง",
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
# Those that stand behind the colour, in French, Spanish, Portuguese and Italian
_LIGHT = frozenset(("clair", "claire", "claro", "clara", "chiaro", "chiara"))
# Scripts without blanks between words, Thai among them: found anywhere in the text, longer words first
_UNSPACED = tuple(
    sorted((word for word in _BY_WORD if word[0] > "\u3000" or "\u0e00" < word[0] < "\u0e80"), key=len, reverse=True)
)


def colorant_of(text: str) -> str | None:
    """The one colorant that a text names; None where it names none or several, for colours are not guessed."""
    words = _words(text)
    found = {_shaded(words, at) for at, word in enumerate(words) if word in _BY_WORD}
    if not found:
        found = {_BY_WORD[word] for word in _UNSPACED if word in text}
    return found.pop() if len(found) == 1 else None


def _words(text: str) -> list[str]:
    # a Turkish İ has no small letter of its own: the dot above stays behind as a sign
    folded = unicodedata.normalize("NFC", text).lower().replace("\u0307", "")
    return "".join(char if char.isalpha() else " " for char in folded).split()


def _shaded(words: list[str], at: int) -> str:
    name = _BY_WORD[words[at]]
    if name in _SHADES["light"] and at + 1 < len(words) and words[at + 1] in _LIGHT:
        return f"light {name}"
    before = at - 1
    while before >= 0 and name.split()[-1] in _SHADES.get(words[before], ()):
        name = f"{words[before]} {name}"
        before -= 1
    return name
