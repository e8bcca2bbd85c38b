"""Queries with known answers, made from a catalogue by rules; nothing of the search code is used,
so that a fault there cannot hide here.

A known-item query has one right answer (and every record of the same title and author). A subject
query has many: records that say the term in title or subjects and are of the class where most such
records stand count 2, others that say it 1.
"""

import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from opencc import OpenCC
from pypinyin import lazy_pinyin

HAN = re.compile(r"[\u4e00-\u9fff]")
ALL_HAN = re.compile(r"[\u4e00-\u9fff]{4,}")
PARTICLES = re.compile(r"[的之与和及]")
SMALL_WORDS = re.compile(r"\b(?:the|a|an|of|and|in|on|for|to|der|die|das|le|la|les|de|du)\b", re.I)
BRACKETS = re.compile(r"[（(\[].*?[)）\]]|[/:：=].*$")
MISTAKEN = "大小中上下人天地文明本未日目己已土士干千"


@dataclass(frozen=True)
class Judged:
    """kind: the rule; typo: whether success@10 is held to the goal for pinyin and typos."""

    kind: str
    text: str
    answers: dict = field(hash=False)
    typo: bool = False


def known_items(records, seed, each):
    """records: [{id, title, authors, isbns, call_number, ...}]"""
    rng = random.Random(seed)
    same = defaultdict(dict)
    for one in records:
        same[key(one)][one["id"]] = 2
    holding = Holding(records)
    made = []
    for kind, (rule, typo) in RULES.items():
        pool = [one for one in records if usable(one)]
        rng.shuffle(pool)
        found = []
        for one in pool:
            text = rule(one, rng)
            if (text and text != one["title"]) or (kind == "title" and text):
                if kind in ("fragment", "initials", "begins") and holding.count(kind, text) > 5:
                    continue  # nobody could tell which of many was meant
                found.append(Judged(kind, text, same[key(one)], typo))
            if len(found) == each:
                break
        made += found
    return made


def key(one):
    return one["title"].strip().lower(), (one["authors"] or [""])[0]


def usable(one):
    return len(bare(one["title"])) >= 4


def bare(title):
    return BRACKETS.sub("", title).strip(" .,;")


class Holding:
    """How many records have a fragment or these initials."""

    def __init__(self, records):
        self.titles = [one["title"].lower() for one in records]
        self.initials = ["".join(s[0] for s in syllables(one["title"])) for one in records]

    def count(self, kind, text):
        lists = self.initials if kind == "initials" else self.titles
        return sum(text.lower() in one for one in lists)


def syllables(text):
    return [s for part in lazy_pinyin(text) for s in re.findall(r"[a-z]+|\d+", part.lower())]


def chinese(rule):
    return lambda one, rng: rule(bare(one["title"]), rng) if ALL_HAN.fullmatch(
        bare(one["title"])) else ""  # fmt: skip


def english(rule, least=3):
    def made(one, rng):
        words = re.findall(r"[^\W_]+", bare(one["title"]))
        if HAN.search(one["title"]) or len(words) < least:
            return ""
        return rule(words, rng)

    return made


def fragment(title, rng):
    size = rng.randint(3, max(3, min(6, len(title) - 1)))
    start = rng.randint(0, len(title) - size)
    return title[start : start + size]


def swapped(title, rng):
    middle = len(title) // 2
    return f"{title[middle:]} {title[:middle]}"


def without_particles(title, rng):
    return PARTICLES.sub("", title) if PARTICLES.search(title[1:-1]) else ""


def homophone(title, rng):
    """A character of the same sound instead, as an input method offers it."""
    at = rng.randrange(len(title))
    sound = lazy_pinyin(title[at])[0]
    others = [s for s in SOUNDS.get(sound, "") if s != title[at]]
    return title[:at] + rng.choice(others) + title[at + 1 :] if others else ""


def mistaken(title, rng):
    at = rng.randrange(len(title))
    sign = rng.choice([s for s in MISTAKEN if s != title[at]])
    return title[:at] + sign + title[at + 1 :]


def dropped(title, rng):
    at = rng.randrange(1, len(title) - 1)
    return title[:at] + title[at + 1 :] if len(title) >= 5 else ""


def turned(title, rng):
    at = rng.randrange(len(title) - 1)
    return title[:at] + title[at + 1] + title[at] + title[at + 2 :]


def letter_slip(letters, rng):
    at = rng.randrange(1, len(letters) - 1)
    kind = rng.choice(("drop", "double", "turn", "other"))
    if kind == "drop":
        return letters[:at] + letters[at + 1 :]
    if kind == "double":
        return letters[:at] + letters[at] + letters[at:]
    if kind == "turn":
        return letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :]
    return letters[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + letters[at + 1 :]


def pinyin(title, rng):
    return "".join(syllables(title))


def pinyin_apart(title, rng):
    return " ".join(syllables(title))


def pinyin_begins(title, rng):
    """The first syllables only, and the next begun."""
    found = syllables(title)
    return "".join(found[:4]) if len(found) > 4 else ""


def pinyin_slip(title, rng):
    return letter_slip("".join(syllables(title)), rng)


def initials(title, rng):
    return "".join(s[0] for s in syllables(title)) if 4 <= len(title) <= 8 else ""


def traditional(title, rng):
    return TO_TRADITIONAL.convert(title)


def words_swapped(words, rng):
    middle = len(words) // 2
    return " ".join(words[middle:] + words[:middle])


def words_some(words, rng):
    found = [w for w in words if len(w) > 3]
    return " ".join(rng.sample(found, 3)) if len(found) >= 4 else ""


def words_slip(words, rng):
    long = [at for at, w in enumerate(words) if len(w) >= 6 and w.isascii() and w.isalpha()]
    if not long:
        return ""
    at = rng.choice(long)
    return " ".join([*words[:at], letter_slip(words[at], rng), *words[at + 1 :]])


def without_small_words(words, rng):
    text = " ".join(words)
    return " ".join(SMALL_WORDS.sub("", text).split()) if SMALL_WORDS.search(text) else ""


def author_and_title(one, rng):
    if not one["authors"]:
        return ""
    name = re.sub(r",?\s*\d.*$", "", one["authors"][0])
    if HAN.search(one["title"]):
        return f"{name} {bare(one['title'])[:4]}"
    words = re.findall(r"[^\W_]+", bare(one["title"]))
    return f"{name.split(',')[0].split()[-1]} {' '.join(words[:3])}" if len(words) > 1 else ""


def author_run_on(one, rng):
    """Title and name with nothing between, as on a phone."""
    if not one["authors"] or not ALL_HAN.fullmatch(bare(one["title"])):
        return ""
    return f"{bare(one['title'])}{one['authors'][0]}" if HAN.search(one["authors"][0]) else ""


def isbn(one, rng):
    if not one["isbns"]:
        return ""
    number = one["isbns"][0]
    return f"{number[:3]}-{number[3]}-{number[4:8]}-{number[8:12]}-{number[12:]}"


TO_TRADITIONAL = OpenCC("s2t")
SOUNDS = defaultdict(str)
for sign in range(0x4E00, 0x9FA6):
    if chr(sign).encode("gb2312", "ignore"):
        SOUNDS[lazy_pinyin(chr(sign))[0]] += chr(sign)

# {kind: (rule, held to the goal for pinyin and typos)}
RULES = {
    "title": (lambda one, rng: one["title"], False),
    "fragment": (chinese(fragment), False),
    "swapped": (chinese(swapped), False),
    "no particles": (chinese(without_particles), False),
    "traditional": (chinese(traditional), False),
    "author and title": (author_and_title, False),
    "title and author run on": (author_run_on, False),
    "call number": (lambda one, rng: one["call_number"], False),
    "isbn": (isbn, False),
    "some words": (english(words_some, 5), False),
    "words swapped": (english(words_swapped), False),
    "no small words": (english(without_small_words), False),
    "pinyin": (chinese(pinyin), True),
    "pinyin apart": (chinese(pinyin_apart), True),
    "pinyin begins": (chinese(pinyin_begins), True),
    "initials": (chinese(initials), True),
    "pinyin slip": (chinese(pinyin_slip), True),
    "same sound": (chinese(homophone), True),
    "other character": (chinese(mistaken), True),
    "character dropped": (chinese(dropped), True),
    "characters turned": (chinese(turned), True),
    "word slip": (english(words_slip, 2), True),
}


def subjects(records, seed, count):
    """Terms of two to six signs (or one long word) that several titles share."""
    rng = random.Random(seed)
    terms = Counter()
    for one in records:
        title = bare(one["title"])
        if ALL_HAN.fullmatch(title):
            terms.update({title[a : a + n] for n in (2, 3, 4) for a in range(len(title) - n + 1)})
        elif not HAN.search(title):
            terms.update({w.lower() for w in re.findall(r"[^\W\d_]{6,}", title)})
    shared = sorted(t for t, n in terms.items() if 5 <= n <= 60)
    rng.shuffle(shared)
    made = []
    for term in shared:
        saying = [one for one in records if says(one, term)]
        classes = Counter(one["class_number"][:2] for one in saying if one["class_number"])
        if not classes or classes.most_common(1)[0][1] < 0.6 * len(saying):
            continue  # spread over many classes: no subject
        main = classes.most_common(1)[0][0]
        answers = {one["id"]: 2 if one["class_number"].startswith(main) else 1 for one in saying}
        made.append(Judged("subject", term, answers))
        if len(made) == count:
            break
    return made


def says(one, term):
    texts = [one["title"], *one["subjects"]]
    if HAN.search(term):
        return any(term in text for text in texts)
    return any(term in re.findall(r"[^\W\d_]+", text.lower()) for text in texts)
