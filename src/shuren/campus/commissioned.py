"""What the demo university commissions from its library, and what was found for it.

People, papers and journals in it are invented; the journals of `papers` are added from the lists
the library has loaded.
"""

from dataclasses import dataclass, field
from typing import Any

FACULTY, POSTGRADUATE = "faculty", "postgraduate"
# What the desk and the second person do, in order; a commission is left after the last of its own.
STEPS = ("ask_more", "accept_quote", "assign", "draft", "draft_done", "sign_off", "confirm")


@dataclass(frozen=True)
class Commission:
    """by    the demo's account that asks
    days  so many days ago it was asked for, or on the working day before
    steps  of STEPS, as far as it has come
    """

    service: str
    by: str
    days: int
    fields: dict[str, Any]
    steps: tuple[str, ...] = ()
    draft: dict[str, Any] = field(default_factory=dict)
    quote: int = 0


_NOVELTY_DRAFT: dict[str, Any] = {
    "databases": "CNKI 中国知网 1990 年至今\n万方数据 1998 年至今\n"
    "Web of Science 核心合集 1980 年至今\nEI Compendex 1969 年至今",
    "strategy": "1. (古籍 OR 古文献) AND (修复 OR 断裂) AND (图像识别 OR 深度学习)\n"
    "2. (ancient book* OR manuscript*) AND restoration AND (deep learning OR image recognition)",
    "findings": [
        {"title": "基于卷积网络的古籍破损类型识别", "authors": "检索示例甲",
         "source": "山城大学学报",
         "year": "2023", "closeness": "密切相关"},
        {"title": "Crack detection in historical paper", "authors": "Example, B.",
         "source": "Invented Heritage Letters", "year": "2022", "closeness": "一般相关"},
    ],
    "comparison": "文献 1 识别破损类型，未涉及纸张纤维方向；文献 2 只作裂纹分割，不给修复方案。",
    "conclusion": "查新点一“以纤维方向约束补纸方案”在检索范围内未见相同报道。\n"
    "查新点二“按破损类型估算修复工时”未见报道。",
}  # fmt: skip
_PAPERS: dict[str, Any] = {
    "author": "Example A, Shancheng Univ, Sch Informat Management, Chongqing, Peoples R China",
    "papers": [
        {"title": "智慧图书馆建设的路径", "authors": "示例作者", "year": "2023", "cited": "12",
         "cited_by_others": "10"},
        {"title": "高校图书馆数据治理", "authors": "示例作者", "year": "2022", "cited": "9",
         "cited_by_others": "9"},
    ],
    "rule": "被引按 Web of Science 核心合集与 CNKI 统计；作者中任一人相同即为自引。",
    "remarks": "",
}  # fmt: skip
_ANALYSIS: dict[str, Any] = {
    "question": "山地城市韧性研究 2016–2025 年的主题变化。",
    "sources": "Web of Science 核心合集，标题、摘要、关键词，检索日为委托日。",
    "findings": "主题由“灾后重建”转向“基础设施韧性”，近三年“社区参与”增长最快。",
    "figures": [],
    "conclusion": "建议围绕山地交通基础设施的韧性评价申报。",
}

COMMISSIONS = (
    Commission(
        "novelty_search", FACULTY, 25,
        {"project_title": "面向古籍修复的纸张破损智能识别", "reason": "proposal", "scope": "world",
         "points": "一、以纤维方向约束补纸方案\n二、按破损类型估算修复工时",
         "outline": "以高清图像识别破损类型，结合纸张纤维方向给出修复方案。"},
        ("accept_quote", "assign", "draft", "draft_done", "sign_off", "confirm"),
        _NOVELTY_DRAFT, 800,
    ),
    Commission(
        "citation_report", POSTGRADUATE, 6,
        {"reason": "award", "databases": "cssci", "papers_count": 2,
         "papers": "智慧图书馆建设的路径，2023\n高校图书馆数据治理，2022"},
        ("accept_quote", "assign", "draft", "draft_done", "sign_off"), _PAPERS, 40,
    ),
    Commission(
        "topic_intelligence", FACULTY, 9,
        {"topic": "山地城市韧性", "questions": "近十年的主题怎样变化？哪些方向增长最快？",
         "cycle": "once"},
        ("accept_quote", "assign", "draft", "draft_done"), _ANALYSIS,
    ),
    Commission(
        "novelty_search", FACULTY, 4,
        {"project_title": "山城立体步道的无障碍导航", "reason": "appraisal", "scope": "china",
         "points": "一、以台阶级差建模的步行路网",
         "outline": "以级差和坡度建立路网，给出无障碍路线。"},
        ("accept_quote", "assign"), {}, 600,
    ),
    Commission(
        "citation_report", FACULTY, 2,
        {"reason": "title", "databases": "wos", "papers_count": 14, "papers": "清单另附"},
        ("ask_more",),
    ),
    Commission(
        "citation_report", POSTGRADUATE, 1,
        {"reason": "final", "databases": "ei", "papers_count": 1, "papers": "见附件"},
    ),
)  # fmt: skip
