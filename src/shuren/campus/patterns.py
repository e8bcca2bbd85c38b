"""How the titles of generated books are made, by kind of class in subjects.tsv.

The books of books.tsv are real; these are not, though a plain title like 线性代数 may
well be borne by real books too. Authors and publishers here are invented.
"""

from collections.abc import Iterator

import numpy as np

from shuren.campus.people import GIVEN, SURNAMES


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TEXT = (
    "{s};{s}教程;{s}导论;{s}概论;{s}基础;{s}原理;{s}原理与应用;"
    "{s}习题集;{s}习题与解答;{s}学习指导;{s}实验教程;现代{s};高等{s};"
    "应用{s};{s}简明教程;{s}考研辅导;{s}手册;{s}方法;{s}前沿;"
    "{s}理论与实践;{s}专题选讲;{s}典型题解析;工程{s};{s}讲义;{s}计算方法;"
    "{s}课程设计;{s}入门;{s}案例教程;{s}进展;{s}名词"
)
_STUDY = (
    "{s};{s}概论;{s}导论;{s}研究;{s}教程;{s}史;{s}史纲;{s}原理;"
    "{s}十讲;{s}专题研究;{s}论稿;{s}论集;{s}案例分析;{s}方法论;{s}入门;"
    "{s}名著选读;{s}经典文选;当代{s};比较{s};{s}前沿问题;{s}的理论与实践;"
    "{s}新论;{s}讲义;{s}评论;{s}散论;{s}通识读本;{s}关键词;{s}导读;"
    "理解{s};{s}二十讲"
)
_CODE = (
    "{s}程序设计;{s}语言教程;{s}从入门到精通;{s}实战;{s}高级编程;精通{s};"
    "{s}开发技术详解;{s}项目开发案例;{s}性能优化;{s}习题解析;{s}与数据结构;"
    "零基础学{s};{s}程序设计基础;{s}程序设计实验指导;{s}函数式编程;{s}并发编程;"
    "{s}网络编程;{s}数据分析;{s}工程实践;{s}标准库详解;跟我学{s};"
    "{s}面试宝典;{s}编程思路;{s}代码之道"
)
_LANGUAGE = (
    "{s}突破;{s}十日通;{s}真题详解;{s}专项训练;{s}速记;{s}高分指南;"
    "{s}教程;{s}练习册;{s}模拟试题集;新编{s};{s}一本通;{s}强化训练;"
    "{s}精讲;{s}入门;{s}核心考点;{s}百日计划;{s}自学手册;{s}晨读"
)
_ENGLISH = (
    "Introduction to {s};Principles of {s};Advanced {s};Handbook of {s};Foundations of {s};"
    "Problems in {s};A First Course in {s};Topics in {s};{s}: Theory and Practice;"
    "{s} in Context;Essentials of {s};Lectures on {s}"
)
PATTERNS = {"text": _TEXT, "study": _STUDY, "code": _CODE, "language": _LANGUAGE}

_IMAGES = _words(
    "雾中 雨后 江边 山城 旧巷 北岸 南方 夜航 晚归 初雪 长街 渡口 梧桐 灯火 远山 "
    "荒原 海上 月下 春深 秋日 无声 失语 最后 第七 漫长 沉默 遥远 透明 灰色 蓝色 "
    "午夜 清晨 逆光 边境 岛上 井底 云端 风里 镜中 纸上"
)
_THINGS = _words(
    "渡船 来信 邻居 钟楼 茶馆 夏天 旅人 石阶 铁轨 河流 种子 花园 声音 影子 秘密 "
    "火车 站台 故人 归途 信使 庭院 棋手 诗人 裁缝 医生 守夜人 灯塔 地图 钥匙 "
    "候鸟 麦田 桥 歌谣 手稿 孩子 证词 房间 一夜 十年 约定"
)
_ESSAYS = _words("散记 随笔 札记 漫笔 闲话 小品 书简 日记 行纪 食事")

PUBLISHERS = _words(
    "山城大学出版社 江湾文艺出版社 云岭科学出版社 北辰教育出版社 知行书局 长桥人民出版社 "
    "南浦译文出版社 青石工业出版社 砚池美术出版社 杏坛医学出版社 星野电子出版社 "
    "明夷古籍出版社"
)
ENGLISH_PUBLISHERS = (
    "Northgate University Press",
    "Harrow & Finch",
    "Bluewater Academic",
    "Kestrel Press",
)
_FIRST = _words(
    "Alan Beatrice Colin Diana Edmund Fiona Graham Helen Ivor Joan Keith Lydia Martin "
    "Nora Oliver Paula"
)
_LAST = _words(
    "Ashdown Bellweather Carrow Dunmore Eastlake Fairholt Greaves Hollin Ingleby "
    "Kirkwood Lanyon Marden"
)


def chinese_titles(pattern: str, subjects: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(title, class number) in a fixed order; the caller shuffles."""
    if pattern in PATTERNS:
        for subject, class_number in subjects:
            for form in PATTERNS[pattern].split(";"):
                yield form.format(s=subject), class_number
        return
    ((_name, class_number),) = subjects
    things = _ESSAYS if pattern == "essay" else _THINGS
    for image in _IMAGES:
        for thing in things:
            yield (f"{image}{thing}" if pattern == "essay" else f"{image}的{thing}"), class_number


def english_titles(subjects: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for subject, class_number in subjects:
        for form in _ENGLISH.split(";"):
            yield form.format(s=subject), class_number


def chinese_author(rng: np.random.Generator) -> str:
    first, second, third = rng.random(3)
    name = SURNAMES[int(len(SURNAMES) * first**1.7)] + GIVEN[int(len(GIVEN) * second)]
    return name if third < 0.35 else name + GIVEN[int(len(GIVEN) * (third - 0.35) / 0.65)]


def english_author(rng: np.random.Generator) -> str:
    first, last, middle = rng.random(3)
    initial = "ABCDEFGHJKLMNPRSTW"[int(18 * middle)]
    return f"{_FIRST[int(16 * first)]} {initial}. {_LAST[int(12 * last)]}"
