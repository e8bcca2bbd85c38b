"""What readers of the demo university write about well-known titles. Nobody is named in a text."""

from typing import NamedTuple

PUBLISHED, WAITING, REFUSED, REPORTED = "published", "waiting", "refused", "reported"


class Written(NamedTuple):
    """title as the catalogue has it; stars 0: none; signed "": a reader; days: ago

    by  "student" for the demo's own student, "" for another reader each time
    """

    title: str
    stars: int
    text: str
    signed: str = ""
    days: int = 30
    state: str = PUBLISHED
    by: str = ""
    why: str = ""


REVIEWS: tuple[Written, ...] = (
    Written("三体", 5, "高中读的是情节，大学重读才读出那种“倒计时”的恐惧从哪里来。前五章慢一点，值得。", days=90),  # noqa: E501
    Written("三体", 4, "物理系的来说一句：三体问题没有通解是真的，书里的处理很克制。人物单薄，扣一星。", "物理系大三", 71),  # noqa: E501
    Written("三体", 5, "I read it in translation first and then here in Chinese. Read it slowly.", "exchange student", 60),  # noqa: E501
    Written("三体", 3, "设定五星，人物两星。读到一半需要画人物关系图。", days=44),
    Written("三体", 5, "期末周不要打开这本书。\n我打开了。", days=33),
    Written("三体", 4, "和《球状闪电》连着读最好，馆里三楼都有。", days=12),
    Written("红楼梦", 5, "每年冬天读一遍，今年才留意到贾母其实最懂宝玉。人文社这版注释够用，字也舒服。", "爱读书的猫", 80),  # noqa: E501
    Written("红楼梦", 4, "建议先跳过前五回的谱系，读到第六回刘姥姥进府再回头。", days=51),
    Written("活着", 5, "一个下午读完，走出图书馆时天已经黑了。", days=65),
    Written("活着", 4, "读书会上同学说它太苦，我倒觉得写的是怎么不被苦压垮。", "读书会成员", 25),
    Written("乡土中国", 5, "社会学入门课的第一本。“差序格局”那一篇，回家过年时对着亲戚想了一遍，全懂了。", days=40),  # noqa: E501
    Written("乡土中国", 0, "薄薄一册，分两次通勤就能读完，适合做读书笔记的练习。", days=18),
    Written("百年孤独", 4, "准备一张纸写名字，否则第三个奥雷里亚诺出现时会放弃。", days=28),
    Written("围城", 0, "出闲置教材若干，八成新，有意者晚上自习区找我。", days=9, state=REPORTED),
    Written("平凡的世界", 5, "写主人公在煤矿读书的那几页，我在宿舍走廊读了两遍。", days=20, by="student"),  # noqa: E501
    Written("思考，快与慢", 4, "做完毕业论文的问卷再读第二部分，才发现自己踩过哪些坑。第三部分略重复。", days=1, state=WAITING, by="student"),  # noqa: E501
    Written("美的历程", 2, "老师划的重点在第47页，其他不用看，作业答案见我笔记。", days=6, state=REFUSED, by="student", why="书评请写对这本书的看法；课程答案请不要放在这里。"),  # noqa: E501
)  # fmt: skip
