"""Three years of opinions at the simulated university, as a list somebody kept in a table.

Themes and trends are planted: seats grow, lending shrinks, the others stay; `PLANTED` says how many
a month at the beginning and at the end. Nobody is named in a text.
"""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

COLUMNS = ("received_on", "channel", "text", "due_on", "answered_on", "resolution",
           "unresolved_why", "rating", "reopened", "outcome")  # fmt: skip
MONTHS = 36
# Topic → opinions a month in the first month and in the last.
PLANTED: dict[str, tuple[float, float]] = {
    "seats": (5, 17), "facilities": (9, 9), "eresources": (7, 7), "lending": (11, 3),
    "noise": (6, 6), "hours": (5, 5), "systems": (4, 4), "collection": (5, 5), "staff": (3, 3),
    "activities": (2, 2),
}  # fmt: skip
_TEXTS: dict[str, tuple[str, ...]] = {
    "seats": (
        "{floor}自习座位一座难求，{when}去都没座。",
        "{floor}占座太严重，书占一天人不来，希望管一管。",
        "研讨间{when}总是约满，能不能多开几间？",
    ),
    "facilities": (
        "{floor}的灯光太暗，看书吃力，建议加装台灯。",
        "{floor}空调太冷，{when}坐着发抖。",
        "{floor}插座坏了好几个，充不了电。",
        "{floor}饮水机{when}没有热水。",
    ),
    "eresources": (
        "知网校外访问总是失败，{when}尤其严重。",
        "建议订购更多外文数据库，写论文要用。",
        "电子书下载限制太严，一次只能下几页。",
    ),
    "lending": (
        "借期太短，希望能多续借一次。",
        "超期罚款的规则看不明白，{when}被罚了。",
        "本科生借阅册数太少，能否增加？",
    ),
    "noise": (
        "{floor}{when}有人大声打电话，没人管。",
        "{floor}聊天的人太多，很吵。",
        "有人在{floor}外放视频，噪音很大。",
    ),
    "hours": (
        "希望开放时间延长，{when}闭馆太早。",
        "假期开放能不能多几天？",
    ),
    "systems": (
        "小程序{when}经常闪退，页面打不开。",
        "{floor}无线网络很慢，连不上。",
        "网站检索不到刚还的书。",
    ),
    "collection": (
        "希望多采购一些{subject}方面的新书。",
        "{subject}的旧书太多，副本也少。",
    ),
    "staff": (
        "{floor}的工作人员态度不耐烦，问一句就摆手。",
        "感谢前台的耐心帮助，服务态度很好！",
    ),
    "activities": (
        "希望多办{subject}讲座，{when}最好。",
        "新生教育的培训太赶，听不明白。",
    ),
}
_FLOORS = ("一楼", "二楼", "三楼东区", "三楼西区", "四楼", "五楼")
_WHENS = ("周末", "晚上", "早上八点", "考试周", "中午", "下午")
_SUBJECTS = ("计算机", "建筑", "历史", "经济", "医学", "日语")
_CHANNELS = ("web", "web", "web", "phone", "curator", "president", "salon")
_WHY = ("budget", "space", "rules", "others", "supplier", "later")


def write_opinions(path: Path, *, last: date, seed: int = 2026) -> dict[str, int]:
    """Write the table of the 36 months that end with the month of `last`; {topic: how many}."""
    draw = random.Random(seed)
    counts = dict.fromkeys(PLANTED, 0)
    rows = []
    for month in range(MONTHS):
        number = last.year * 12 + last.month - MONTHS + month
        first = date(number // 12, number % 12 + 1, 1)
        for topic, (start, end) in PLANTED.items():
            mean = start + (end - start) * month / (MONTHS - 1)
            for _one in range(max(0, round(draw.gauss(mean, mean**0.5 / 2)))):
                counts[topic] += 1
                rows.append(_row(draw, topic, first + timedelta(draw.randrange(28)), last))
    rows.sort(key=lambda row: row["received_on"])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return counts


def _row(draw: random.Random, topic: str, day: date, last: date) -> dict[str, str]:
    text = draw.choice(_TEXTS[topic]).format(
        floor=draw.choice(_FLOORS), when=draw.choice(_WHENS), subject=draw.choice(_SUBJECTS)
    )
    found = {"received_on": day.isoformat(), "channel": draw.choice(_CHANNELS), "text": text,
             "due_on": (day + timedelta(10)).isoformat()}  # fmt: skip
    answered = day + timedelta(draw.choice((3, 4, 5, 6, 7, 8, 9, 12)))
    if answered > last:
        answered = last
    ended = draw.choices(("fixed", "partly", "explained", "unresolved"), (50, 15, 25, 10))[0]
    found |= {"answered_on": answered.isoformat(), "resolution": ended, "outcome": "已答复提出者。"}
    if ended in ("partly", "unresolved"):
        found["unresolved_why"] = draw.choice(_WHY)
    if draw.random() < 0.6:
        low = ended == "unresolved"
        found["rating"] = str(draw.choice((1, 2, 2, 3) if low else (3, 4, 4, 5, 5)))
        found["reopened"] = "1" if low and draw.random() < 0.5 else ""
    return found
