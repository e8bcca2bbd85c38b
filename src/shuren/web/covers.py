"""Covers drawn from title and class, always the same for the same book.

The class (CLC main class) chooses the colours, the title chooses the composition. Only
attributes, no style: the pages' security policy allows no inline style.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from shuren.web.cover_text import Lines, lay_out

WIDTH, HEIGHT = 120, 168
PAPER, INK = "#fbf5e6", "#2a241c"
FACES = "Noto Serif CJK SC,Source Han Serif SC,Songti SC,serif"

# Ground and second colour by the letter of the Chinese Library Classification, in the
# manner of old dye names: 朱 绛 藕 黛 铁 赭 松 靛 胭 紫 棕 缥 青 蓝 绿 艾 秧 石 …
PALETTE = {
    "A": ("#9c2f24", "#d9a441"),
    "B": ("#5b4a6f", "#b9a3c9"),
    "C": ("#7a5c3e", "#d8bd92"),
    "D": ("#7d2b33", "#d99a86"),
    "E": ("#45524a", "#a3b18a"),
    "F": ("#8a5a1f", "#e2bd74"),
    "G": ("#2f6357", "#9cc5ae"),
    "H": ("#2f4f7f", "#9db8d9"),
    "I": ("#a3463c", "#efc3a4"),
    "J": ("#774066", "#dca9c4"),
    "K": ("#6b4226", "#cfa77a"),
    "N": ("#3b5d73", "#a9c6d3"),
    "O": ("#274c6b", "#86b3d1"),
    "P": ("#3f5e52", "#b6c99e"),
    "Q": ("#3c6a3c", "#b4d19a"),
    "R": ("#2f6f73", "#a2d2cd"),
    "S": ("#5c6b2c", "#ccd58a"),
    "T": ("#37474f", "#9fb4bd"),
    "U": ("#4a5568", "#b7bfd0"),
    "V": ("#33415c", "#98a7cc"),
    "X": ("#35695a", "#a5cdb0"),
    "Z": ("#5a5248", "#c9bda8"),
}
PLAIN = ("#5a5248", "#c9bda8")
# Books of one class stand together without looking alike: (colour mixed in, share of it).
SHADES = (("#000000", 0.0), ("#000000", 0.22), ("#b08050", 0.2), ("#304878", 0.25))


@lru_cache(maxsize=2048)
def cover(title: str, author: str, class_number: str) -> SafeString:
    """An <svg> of 120 by 168; decoration, so hidden from assistive technology by its caller."""
    seed = hashlib.sha256(f"{title}\n{author}".encode()).digest()
    ground, second = PALETTE.get(class_number[:1].upper(), PLAIN)
    ground = _mixed(ground, *SHADES[seed[4] % len(SHADES)])
    draw = COMPOSITIONS[seed[0] % len(COMPOSITIONS)]
    body = draw(title, author, ground, second, seed)
    return mark_safe(
        f'<svg class="cover" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' xmlns="http://www.w3.org/2000/svg" aria-hidden="true" focusable="false">'
        f'<path fill="{ground}" d="M0 0h{WIDTH}v{HEIGHT}H0z"/>{body}'
        f'<path fill="#000" opacity=".12" d="M0 0h4v{HEIGHT}H0z"/></svg>'
    )


def _mixed(colour: str, other: str, share: float) -> str:
    """Two #rrggbb colours, `share` (0 to 1) of the second in the first."""
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes(round(a * (1 - share) + b * share) for a, b in pairs).hex()


def _area(path: str, fill: str, opacity: float = 1) -> str:
    seen = f' opacity="{opacity:.2f}"' if opacity < 1 else ""
    return f'<path fill="{fill}"{seen} d="{path}"/>'


def _line(path: str, colour: str, width: float, opacity: float = 1) -> str:
    seen = f' opacity="{opacity:.2f}"' if opacity < 1 else ""
    return f'<path fill="none" stroke="{colour}" stroke-width="{width}"{seen} d="{path}"/>'


def _ring(x: float, y: float, radius: float, colour: str, width: float, fill: str = "none") -> str:
    edge = f'stroke="{colour}" stroke-width="{width}"'
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}" {edge}/>'


def _text(lines: Lines, x: float, y: float, fill: str) -> str:
    """Lines from (x, y): the top left of horizontal text, the top right of vertical columns."""
    parts = []
    for number, line in enumerate(lines.lines):
        if lines.vertical:
            column = x - number * lines.size * 1.35 - lines.size / 2
            for place, sign in enumerate(line):
                down = y + lines.size * (0.88 + place * 1.16)
                parts.append(f'<tspan x="{column:.1f}" y="{down:.1f}">{escape(sign)}</tspan>')
        else:
            down = y + lines.size * (0.88 + number * 1.28)
            parts.append(f'<tspan x="{x:.1f}" y="{down:.1f}">{escape(line)}</tspan>')
    anchor = "middle" if lines.vertical else "start"
    return (
        f'<text fill="{fill}" font-family="{FACES}" font-weight="700"'
        f' font-size="{lines.size}" text-anchor="{anchor}">{"".join(parts)}</text>'
    )


def _author(author: str, fill: str, y: float = 156) -> str:
    return _text(
        lay_out(author, width=92, height=9, sizes=(7.5,), upright=False), 14, y - 7.5, fill
    )


def _thread_bound(title: str, author: str, ground: str, second: str, seed: bytes) -> str:
    """An old stitched volume: the slip with the title at the left, stitches at the right."""
    lines = lay_out(title, width=30, height=104, sizes=(15, 12.5, 10.5, 9), upright=True)
    wide = max(24.0, len(lines.lines) * lines.size * 1.35 + 8) if lines.vertical else 76.0
    start = 14 + wide - 4 - lines.size * 0.175 if lines.vertical else 20
    stitches = "".join(f"M108 {y}h12" for y in (14, 50, 86, 122, 154))
    return (
        _line(f"M108 0v{HEIGHT}{stitches}", second, 0.8)
        + _area(f"M14 14h{wide:.1f}v116h-{wide:.1f}z", PAPER)
        + _line(f"M16 16h{wide - 4:.1f}v112h-{wide - 4:.1f}z", ground, 0.7)
        + _text(lines, start, 21, INK)
        + _author(author, second)
    )


def _hills(title: str, author: str, ground: str, second: str, seed: bytes) -> str:
    """A sun over hills in mist."""
    far, near = 96 + seed[2] % 16, 112 + seed[3] % 12
    slope = f"C24 {far - 14} 44 {far + 18} 66 {far + 2}S104 {far - 12} 120 {far + 8}"
    back = f"M0 {far + 12}{slope}V168H0z"
    front = (
        f"M0 {near + 14}C30 {near + 4} 50 {near - 8} 76 {near + 8}S108 {near + 4} 120 {near}V168H0z"
    )
    return (
        _ring(70 + seed[1] % 30, 84, 15, second, 0, second)
        + _area(back, PAPER, 0.2)
        + _area(front, PAPER, 0.28)
        + _free_title(title, PAPER)
        + _author(author, PAPER)
    )


def _moon_gate(title: str, author: str, ground: str, second: str, seed: bytes) -> str:
    """A round gate with lattice, low on the page."""
    bars = "".join(f"M{60 + step} 80v76M22 {118 + step}h76" for step in (-30, -18, -6, 6, 18, 30))
    gate = f"g{seed.hex()[:8]}"
    return (
        f'<clipPath id="{gate}"><circle cx="60" cy="118" r="34"/></clipPath>'
        f'<g clip-path="url(#{gate})">'
        + _area("M0 80h120v88H0z", second, 0.35)
        + _line(bars, second, 1.3)
        + "</g>"
        + _ring(60, 118, 34, second, 2.5)
        + _free_title(title, PAPER, height=62)
        + _author(author, PAPER, y=162)
    )


def _bands(title: str, author: str, ground: str, second: str, seed: bytes) -> str:
    """A plain modern cover: a light field for the title over bands of the second colour."""
    top = 104 + seed[1] % 10
    bands = [
        _area(f"M0 {top + place * 10}h120v{7 - place}H0z", second, 0.9 - place * 0.17)
        for place in range(5)
    ]
    return (
        _area(f"M0 0h120v{top - 6}H0z", PAPER)
        + "".join(bands)
        + _free_title(title, ground, height=top - 34)
        + _author(author, ground, y=top - 12)
    )


def _waves(title: str, author: str, ground: str, second: str, seed: bytes) -> str:
    """Overlapping waves, row over row."""
    waves = [
        _ring(x, y, 15, second, 1.1, ground)
        + _ring(x, y, 9.5, second, 0.9)
        + _ring(x, y, 4.5, second, 0.7)
        for row in range(4)
        for x, y in [(step * 30 + row % 2 * 15, 120 + row * 15) for step in range(-1, 5)]
    ]
    return "".join(waves) + _free_title(title, PAPER) + _author(author, second, y=102)


def _manuscript(title: str, author: str, ground: str, second: str, seed: bytes) -> str:
    """Squared writing paper with a seal at its foot."""
    rules = "".join(f"M{x} 12v132" for x in range(12, 109, 12))
    rules += "".join(f"M12 {y}h96" for y in range(12, 145, 12))
    mark = 84 + seed[1] % 8
    return (
        _area("M8 8h104v152H8z", PAPER)
        + _line(rules, second, 0.5, 0.7)
        + _area("M12 24h96v84H12z", PAPER, 0.82)
        + _area(f"M{mark} 120h18v18H{mark}z", ground)
        + _line(f"M{mark + 5} 124v10m4-10v10m4-10v10", PAPER, 1.4)
        + _free_title(title, INK, y=28, height=78)
        + _author(author, INK, y=155)
    )


def _free_title(title: str, fill: str, y: float = 16, height: float = 66) -> str:
    lines = lay_out(title, width=92, height=height, sizes=(17, 15, 13, 11, 9.5), upright=False)
    return _text(lines, 14, y, fill)


Composition = Callable[[str, str, str, str, bytes], str]
COMPOSITIONS: tuple[Composition, ...] = (
    _thread_bound,
    _hills,
    _moon_gate,
    _bands,
    _waves,
    _manuscript,
    _thread_bound,
)
