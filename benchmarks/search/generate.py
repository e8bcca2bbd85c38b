"""Bibliographic records for measuring, as many as wanted, the same for the same seed.

What is like a real catalogue: words of titles by Zipf's law (exponent 1.05) over some 40,000
Chinese phrases (pypinyin's own list) and some 1,000 English words; two thirds print, one third
online; four fifths Chinese; names from 100 surnames and 90 given characters, so that namesakes are
common; classes of the outline by share; years that grow; 1 to 36 copies. Print has a title of the
holdings and a bibliographic record with two subjects; what is online is a line of a vendor's list,
without class or subject, as such lists are. What is not: titles make no sense, so that two words
stand together less often than in life, and phrases repeat less; every work has one edition; no
contents, summaries or series.
"""

import random
from bisect import bisect
from itertools import accumulate

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
    "余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯"
    "龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文建国志海永红春梅玉兰小东晓云飞"
    "立新宇浩然子涵一诺梓轩思远嘉怡天佑博文雨泽俊熙欣妍可馨雅琪语嫣诗涵梦洁佳慧婷婉清"
    "若曦景行知远怀瑾握瑜"
)
ROOTS = [
    "theor", "method", "appl", "system", "network", "comput", "control", "design", "analys",
    "model", "structur", "energ", "material", "mechan", "electr", "chemic", "biolog", "econom",
    "manage", "social", "histor", "cultur", "languag", "educat", "environ", "engineer",
    "algorithm", "data", "learn", "signal", "process", "optic", "quantum", "statist", "numer",
    "dynam", "thermal", "fluid", "polym", "nano", "robot", "vision", "securit", "market",
    "financ", "law", "polic", "health", "medic", "genet", "ecolog", "urban", "transport",
    "water", "power", "digital",
]  # fmt: skip
ENDINGS = [
    "y", "s", "al", "ic", "ics", "ing", "ed", "ion", "ions", "er", "ers", "ment", "ity", "ism",
    "ist", "able", "ative", "ology", "ional",
]  # fmt: skip
TAILS = (
    "教程",
    "研究",
    "导论",
    "原理与应用",
    "基础",
    "概论",
    "手册",
    "史",
    "（第二版）",
    "实验指导",
)
PLACES = ("北京", "上海", "重庆", "四川", "江苏", "浙江", "湖北", "人民", "中国", "高等教育")
HOUSE_KINDS = ("大学出版社", "出版社", "科学技术出版社", "教育出版社", "文艺出版社")
HOUSES = [f"{place}{kind}" for place in PLACES for kind in HOUSE_KINDS]
WESTERN = ("Springer", "Wiley", "Elsevier", "CRC Press", "MIT Press", "Cambridge University Press")
CLASSES = [
    "TP3", "TP1", "TP2", "TM7", "TM3", "TN9", "TN4", "TU3", "TU9", "TH1", "TG1", "TB3", "TK4",
    "TQ1", "TV1", "U46", "O1", "O21", "O4", "O6", "Q7", "Q9", "R5", "R7", "S5", "F27", "F83",
    "F0", "D92", "D6", "G64", "G25", "H31", "H1", "I247", "I242", "I561", "I712", "J2", "J6",
    "K2", "K81", "B2", "B84", "C91", "C93", "X5", "P5", "N0", "Z1",
]  # fmt: skip
CAMPUSES = ("A区", "B区", "虎溪校区")
PROVIDERS = ("CNKI", "Wanfang", "SpringerLink", "ScienceDirect", "Wiley", "IEEE Xplore", "JSTOR")


class Zipf:
    def __init__(self, items, exponent=1.05):
        self.items = items
        self.sums = list(accumulate(1 / rank**exponent for rank in range(1, len(items) + 1)))

    def draw(self, rng):
        return self.items[bisect(self.sums, rng.random() * self.sums[-1])]


def vocabularies(seed):
    from pypinyin.constants import PHRASES_DICT

    rng = random.Random(seed)
    chinese = sorted(word for word in PHRASES_DICT if 2 <= len(word) <= 4)
    english = sorted({root + ending for root in ROOTS for ending in ENDINGS} | set(ROOTS))
    rng.shuffle(chinese)
    rng.shuffle(english)
    return Zipf(chinese), Zipf(english), Zipf(CLASSES, 0.6)


def rows(count, seed=7, start=0):
    """Yields gathered rows, as shuren.discovery.internals.records puts them together: a title of
    the holdings with its copies and its bibliographic record, or a place online."""
    from shuren.discovery.internals.analysis.numbers import isbn13
    from shuren.discovery.internals.records import BIB, COLUMNS, PLACE, TITLE
    from shuren.discovery.internals.spilling import number_of

    chinese, english, classes = vocabularies(seed)
    nothing = [dict.fromkeys(columns, "") for columns in COLUMNS]

    def row(table, **values):
        return list((nothing[table] | values).values())

    for number in range(start, start + count):
        rng = random.Random(f"{seed}-{number}")
        is_chinese, online = rng.random() < 0.8, rng.random() < 1 / 3
        name, title = chinese_title(rng, chinese) if is_chinese else english_title(rng, english)
        id = f"g{number:08d}"
        house = rng.choice(HOUSES) if is_chinese else rng.choice(WESTERN)
        year = 2026 - int(60 * rng.random() ** 2.2)
        isbn = "" if rng.random() < 0.15 else isbn13(f"9787{rng.randrange(10**8):08d}0")
        key = number_of(id)
        if online:
            serial = rng.random() < 0.2
            yield [key, PLACE, id, row(
                PLACE, holding_id=id, title=title, first_author=name, publisher=house,
                print_identifier=isbn, publication_type="serial" if serial else "monograph",
                published_online=str(year), access_type="F" if rng.random() < 0.1 else "P",
                provider=rng.choice(PROVIDERS), package="All",
            ), ()]  # fmt: skip
            continue
        number_class = classes.draw(rng)
        language = "chi" if is_chinese else "eng"
        copies = min(36, int(rng.paretovariate(1.4)))
        held = [(id, campus, 0, 0, 0) for campus in rng.sample(CAMPUSES, 1 + (copies > 3))]
        out = sum(rng.random() < 0.15 for _ in range(copies))
        held[0] = (*held[0][:2], copies, out, copies - out)
        yield [key, TITLE, id, row(
            TITLE, title_id=id, title=title, author=name, publisher=house, published_year=year,
            isbn=isbn, language=language, call_number=f"{number_class}/{rng.randint(1, 9999)}",
            class_number=number_class,
        ), held]  # fmt: skip
        subjects = [chinese.draw(rng) if is_chinese else english.draw(rng) for _ in range(2)]
        yield [key, BIB, f"b{id}", row(
            BIB, bib_id=f"b{id}", record_type="am", title=title, responsibility=name, authors=name,
            publisher=house, published_year=year, isbn=isbn, language=language,
            subjects="‖".join(subjects), class_number=number_class,
        ), ()]  # fmt: skip


def records(count, seed=7, start=0):
    """Yields what the index is made of (shuren.discovery.internals.records.Record)."""
    from itertools import groupby

    from shuren.discovery.internals.records import put_together

    for _id, group in groupby(rows(count, seed, start), key=lambda row: row[0]):
        yield from put_together(group)


def chinese_title(rng, chinese):
    words = [chinese.draw(rng) for _ in range(rng.choice((1, 2, 2, 3, 3, 4)))]
    tail = rng.choice(TAILS) if rng.random() < 0.6 else ""
    title = rng.choice(("", "", "的", "与")).join(words) + tail
    name = rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, rng.choice((1, 2, 2))))
    return name, title


def english_title(rng, english):
    words = [english.draw(rng).capitalize() for _ in range(rng.choice((2, 3, 4, 5)))]
    middle = rng.choice((" ", " of ", " and ", " for "))
    given = rng.choice(ROOTS).capitalize()
    return f"{given} {english.draw(rng).capitalize()}", middle.join((words[0], " ".join(words[1:])))


def queries(count, seed=7, of=100_000):
    """Words and pairs of words as titles have them, beginnings, pinyin, authors, fields."""
    from pypinyin import lazy_pinyin

    rng = random.Random(seed + 1)
    sample = list(records(min(of, 2_000), seed, rng.randrange(max(1, of - 2_000))))
    classed = [one for one in sample if one.class_numbers]
    chinese, english, _classes = vocabularies(seed)
    kinds = (
        lambda: chinese.draw(rng), lambda: f"{chinese.draw(rng)} {chinese.draw(rng)}",
        lambda: rng.choice(sample).titles[0], lambda: rng.choice(sample).titles[0][:4],
        lambda: "".join(lazy_pinyin(chinese.draw(rng))), lambda: rng.choice(sample).authors[0],
        lambda: english.draw(rng), lambda: rng.choice(TAILS[:6]),
        lambda: f"题名:{chinese.draw(rng)}", lambda: rng.choice(classed).class_numbers[0],
    )  # fmt: skip
    return [rng.choice(kinds)() for _ in range(count)]
