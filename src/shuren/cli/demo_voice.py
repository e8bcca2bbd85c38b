"""The demo library's readers speak: three years kept in a table, and what is under way today."""

from datetime import timedelta

from shuren.campus.opinions import write_opinions
from shuren.kernel.clock import now
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

NOW = (
    ("web", "三楼东区自习座位的灯光太暗了，看书很吃力，建议加装台灯。"),
    ("phone", "自习区三楼东边的灯光实在太暗，晚上看书吃力，能不能加装几盏台灯？"),
    ("web", "第一，知网在校外访问总是登录不上。第二，晚上阅览室有人大声打电话，很吵。"),
    ("web", "考试周一座难求，占座的人太多，希望管一管。"),
    ("web", "希望周末开放时间延长到晚上十一点。"),
)
SALON = ("十一月读者沙龙", ("研讨间太少，常常约满。", "多办一些论文写作的讲座。"))
MEETING = ("修订入馆须知并公示", "办公室", "馆务会第 11 次")
# Opinion of NOW → what is done about it, by whom.
ACTIONS = {
    3: (("清理占座，试行暂离 30 分钟规则", "读者服务部"),),
    4: (("核算延时值班费用", "办公室"),),
}


def let_readers_speak(site: Site, director: Actor, librarian: Actor) -> None:
    """Only where nobody has spoken yet, so that a set-up that was stopped goes on."""
    from shuren.management import history, opinions, supervision, voice
    from shuren.management.voice_shapes import Planned
    from shuren.service.case_shapes import BY_ITSELF

    if voice.opinions(site, actor=librarian, show="closed").total == 0:
        table = site.root / "exports" / "opinions.csv"
        write_opinions(table, last=now().date().replace(day=1) - timedelta(days=1))
        history.load(site, table, actor=librarian)
    taken = []
    for number, (channel, text) in enumerate(NOW):
        who = librarian if channel == "phone" else BY_ITSELF
        taken.append(
            opinions.take_in(
                site, channel=channel, text=text, actor=who, agreed=True, letter=f"demo-{number}"
            )
        )
    if any(not one.is_new for one in taken):
        return
    title, said = SALON
    opinions.hold_salon(
        site, title=title, held_on=now().date(), said=said, actor=librarian, letter="demo-salon"
    )
    due = supervision.due_after(site, now(), 5)
    for number, actions in ACTIONS.items():
        wanted = [Planned(what, owner, due) for what, owner in actions]
        supervision.plan(site, taken[number].case_id, wanted, actor=librarian)
        supervision.assign(site, taken[number].case_id, actor=director)
    what, owner, origin = MEETING
    supervision.add_task(
        site, Planned(what, owner, due), kind="meeting", origin=origin, actor=director
    )
