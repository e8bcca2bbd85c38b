"""What the demo university's library holds: events and courses, with days from today."""

from dataclasses import dataclass

OVER, OPEN, OFF, PLANNED = "over", "open", "off", "planned"


@dataclass(frozen=True)
class Happening:
    """days      from today to its first meeting; the demo's calendar moves it to a day of term
    meetings  one a week
    readers   who enrol, the demo's own student among them where `is_students`
    stands    over, open, off (called off) or planned
    """

    service: str
    days: int
    hour: float
    title: dict[str, str]
    summary: dict[str, str]
    place: str
    places: int
    readers: int
    stands: str = OVER
    meetings: int = 1
    certificate: int = 0
    is_students: bool = False
    reading: tuple[str, ...] = ()
    recap: str = ""

    @property
    def is_course(self) -> bool:
        return self.meetings > 1


def _told(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


# fmt: off
PROGRAMME = (
    Happening("literacy_lecture", -320, 14.5, _told("信息检索入门：从一个问题开始", "Searching, from a question on"), _told("把问题拆成检索词，一步步找到文献。", "From a question to terms, and from terms to papers."), "江湾图书馆报告厅", 60, 34, recap="到场踊跃，问得最多的是校外访问。"),  # noqa: E501
    Happening("shangyue_sharing", -200, 19, _told("读《江城》：一座山城的二十年", "Reading River Town"), _told("请带一段您最想读给大家听的文字。", "Bring a passage you would like to read to the others."), "尚悦斋", 20, 23, reading=("江城 / 何伟",), recap="读了七段，聊到关门。"),  # noqa: E501
    Happening("classics_reading", -75, 19, _told("《红楼梦》共读（四讲）", "The Story of the Stone, in four evenings"), _told("每周一讲，从第一回到第四十回。", "Four evenings, chapters 1 to 40."), "尚悦斋", 24, 20, meetings=4, certificate=75, is_students=True, reading=("红楼梦 / 曹雪芹",), recap="四讲结束，下学期续读后八十回。"),  # noqa: E501
    Happening("reader_salon", -40, 15, _told("读者沙龙：研讨间怎样才够用", "Reader salon: enough group rooms"), _told("馆长在场，有话直说。", "The director is there; say what you think."), "江湾图书馆 402", 30, 18, recap="意见已逐条立案办理。"),  # noqa: E501
    Happening("literacy_lecture", -13, 14.5, _told("CNKI 与 Web of Science 检索实战", "Searching CNKI and Web of Science"), _told("带电脑，现场练习三道题。", "Bring a laptop; three exercises."), "江湾图书馆 301", 40, 30, certificate=100, is_students=True, recap="课件与练习题答案已上传。"),  # noqa: E501
    Happening("literacy_lecture", 4, 14.5, _told("文献管理软件入门", "Managing references"), _told("从导入题录到插入参考文献。", "From importing records to citing them."), "江湾图书馆 301", 40, 17, OPEN, certificate=100, is_students=True),  # noqa: E501
    Happening("reader_salon", 6, 15, _told("读者沙龙：座位怎样更好约", "Reader salon: booking a seat"), _told("听听大家的办法。", "We listen."), "江湾图书馆 402", 30, 6, OFF, is_students=True),  # noqa: E501
    Happening("shangyue_sharing", 8, 19, _told("读《活着》", "Reading To Live"), _told("十二个座位，围一张桌子。", "Twelve seats around one table."), "尚悦斋", 12, 15, OPEN, is_students=True, reading=("活着 / 余华",)),  # noqa: E501
    Happening("literacy_course", 11, 19, _told("论文写作与投稿（四讲）", "Writing and publishing a paper, in four evenings"), _told("选题、综述、写作、投稿，每周一讲。", "Choosing a question, reviewing, writing, submitting."), "江湾图书馆 301", 30, 13, OPEN, meetings=4, certificate=75, is_students=True),  # noqa: E501
    Happening("ip_public_training", 20, 14.5, _told("专利检索公益讲座", "Searching patents: open lecture"), _told("面向校内外。", "For the university and its city."), "云溪图书馆报告厅", 80, 0, PLANNED),  # noqa: E501
)
# fmt: on
