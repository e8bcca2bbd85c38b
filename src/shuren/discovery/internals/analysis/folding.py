"""One spelling for what readers take for the same: width, case, accents, traditional and variant
characters, punctuation. What is indexed and what is asked for pass through here alike."""

import re
import unicodedata
from functools import cache, lru_cache

import opencc

# Variants that neither Unicode nor OpenCC's traditional-to-simplified table brings together.
_VARIANTS = str.maketrans(
    "峯羣綫甯彊菴鷄嶽巖牀甦喆犇囍淼箇衹祇麽眞敎內冊卽旣吿靑黃歷爲啓產總絶敍産説査硏",
    "峰群线宁强庵鸡岳岩床苏哲奔喜渺个只只么真教内册即既告青黄历为启产总绝叙产说查研",
)
_KANA = re.compile(r"[\u3040-\u30ff\uff66-\uff9f]")
_HAN_OR_KANA = re.compile(r"[\u2e80-\u2fdf\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i",
                          "þ": "th", "ð": "d", "’": "'", "‘": "'", "ʹ": "'", "ʼ": "'"})  # fmt: skip
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_TOKEN = re.compile(
    r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"  # Han
    r"|[\u3040-\u30ff\u31f0-\u31ff]+|[\uac00-\ud7af]+"  # kana, Hangul
    r"|c\+\+|[a-z]#(?![^\W_])|\.net\b"
    r"|[^\W_\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    r"\U00020000-\U0003ffff]+"
)


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _from_japanese() -> opencc.OpenCC:
    return opencc.OpenCC("jp2t")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The text in one width, lower case and simplified characters, without accents.

    中華書局 and 中华书局 are the same afterwards, and so are Ｐｙｔｈｏｎ and python, Müller and
    muller. Punctuation stays; `tokens` drops it.
    """
    text = unicodedata.normalize("NFKC", text).replace("\x00", " ").lower().translate(_LETTERS)
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
        text = unicodedata.normalize("NFC", text)
        if _HAN_OR_KANA.search(text):
            text = _simplified(text)
    return text


def _simplified(text: str) -> str:
    if _KANA.search(text):
        text = _from_japanese().convert(text)
    return _simplifier().convert(text.translate(_VARIANTS)).translate(_VARIANTS)


def tokens(folded: str) -> list[str]:
    """Runs of Han, kana, Hangul, and words of other scripts, in order: c语言 → [c, 语言]."""
    return _TOKEN.findall(folded)


def squeezed(folded: str) -> str:
    """All tokens run together with nothing between: what two spellings of one title share."""
    return "".join(tokens(folded))


def is_chinese(token: str) -> bool:
    """Whether it is written without spaces between words: Han, kana, Hangul."""
    sign = ord(token[0])
    return (
        0x3400 <= sign <= 0x9FFF
        or 0x3040 <= sign <= 0x31FF
        or 0xAC00 <= sign <= 0xD7AF
        or sign == 0x3007
        or 0xF900 <= sign <= 0xFAFF
        or 0x20000 <= sign <= 0x3FFFF
    )


def is_han(sign: str) -> bool:
    return is_chinese(sign) and not (0x3040 <= ord(sign) <= 0x31FF or 0xAC00 <= ord(sign) <= 0xD7AF)
