"""Chinese numerals where they count something, in Arabic digits: 第二版, 二十一世纪, 二〇〇八年.

A numeral inside a word (三国, 四书, 百科) stays what it is.
"""

import re

_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7,
           "八": 8, "九": 9, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8,
           "玖": 9}  # fmt: skip
_TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10}
_SIGNS = "".join([*_DIGITS, *_TENS])
_COUNTED = "版卷册辑集章级部编期届号年月日世分回讲课代"
_NUMERAL = re.compile(
    rf"(?<=第)[{_SIGNS}]+|(?<=\()[{_SIGNS}]+(?=\))|[{_SIGNS}]+(?=[{_COUNTED}])"
    rf"|(?<![{_SIGNS}])[{_SIGNS}]{{3,}}"
)


def with_digits(folded: str) -> str:
    """The text with counting numerals as digits; unchanged where there are none."""
    return _NUMERAL.sub(lambda found: _digits(found[0]), folded)


def _digits(numeral: str) -> str:
    if not any(sign in _TENS for sign in numeral):
        return "".join(str(_DIGITS[sign]) for sign in numeral)
    total, part = 0, 0
    for sign in numeral:
        if sign in _TENS:
            total += (part or 1) * _TENS[sign]
            part = 0
        else:
            part = _DIGITS[sign]
    return str(total + part)
