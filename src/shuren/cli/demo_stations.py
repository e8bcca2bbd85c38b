"""The demo library's subject librarians: a station for each college, and one project under way."""

from shuren.campus.university import colleges
from shuren.kernel.shapes import Actor
from shuren.kernel.site import Site

ENGLISH = {
    "01": "School of Computing", "02": "School of Electrical Engineering",
    "03": "School of Mechanical Engineering", "04": "School of Civil Engineering",
    "05": "School of Architecture and Planning", "06": "School of Information and Communication",
    "07": "School of Automation", "08": "School of Materials",
    "09": "School of Chemistry and Chemical Engineering", "10": "School of Life Sciences",
    "11": "School of Mathematics and Statistics", "12": "School of Physics",
    "13": "School of Environment and Ecology", "14": "School of Economics and Business",
    "15": "School of Public Administration", "16": "School of Law",
    "17": "School of Foreign Languages", "18": "School of Humanities",
    "19": "School of Journalism and Arts", "20": "School of Medicine",
    "21": "School of Physical Education", "22": "School of Marxism",
}  # fmt: skip
WITHOUT = "21"  # nobody answers for it yet, so that the check has something to say
SHOWN = {
    "shown": {"zh": "学科馆员（学科服务部）", "en": "Subject librarian, subject services"},
    "place": {"zh": "江湾图书馆 4 楼学科服务台", "en": "Jiangwan Library, 4th floor, subject desk"},
    "hours": {"zh": "周一、周三 14:00–17:00", "en": "Monday and Wednesday, 14:00–17:00"},
}
ABOUT = {
    "zh": "本站为{zh}师生服务：选题与查新、论文投稿、数据与工具、嵌入课堂，每学期上门两次。",
    "en": "For teachers and students of the {en}: topics and novelty searches, publishing, data and"
    " tools, classes in your course, and two visits a term.",
}
GUIDE = {
    "zh": "先在统一检索里用本学科的关键词查一遍，再看本页列出的专题资源。\n\n"
    "写综述前约一次咨询，能省去许多弯路。",
    "en": "Search the catalogue with the words of your subject first, then look at the resources"
    " below.\n\nA consultation before you begin a review saves many detours.",
}
PEOPLE = (
    ("coordinator", "subject", ""), ("approver", "director", ""),
    ("translator", "", "让·杜邦（虚构）"), ("publisher", "", "巴黎某出版社（虚构）"),
)  # fmt: skip
# The least that is a PDF: one empty page.
PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
LINKS = "统一检索 Search | /find/\n开放数据 Open data | /datasets/\n活动与课程 Events | /events/"


def open_stations(site: Site) -> None:
    """Only where none is open yet, so that a set-up that was stopped goes on."""
    from shuren.service import stations

    subject = Actor("subject", "subject_librarian")
    known = {one.college for one in stations.coverage(site, subject).stations}
    for one in colleges():
        if one.name in known:
            continue
        title = {"zh": one.name, "en": ENGLISH[one.code]}
        made = stations.make(site, f"college-{one.code}", one.name, title, actor=subject)
        said = {
            "about": {k: text.format(**title) for k, text in ABOUT.items()},
            "guide": GUIDE,
            "links": LINKS,
        }
        stations.write(site, made.id, said, expected_version=0, actor=subject)
        if one.code != WITHOUT:
            stations.appoint(site, made.id, subject.id, SHOWN, actor=subject)
    _translate_a_book(site, subject)


def _translate_a_book(site: Site, subject: Actor) -> None:
    """One project, with its people, whose first milestone is reached."""
    from shuren.campus.accounts import demo_accounts
    from shuren.service import cases, projects
    from shuren.service.case_shapes import Incoming
    from shuren.trust.actions import pseudonymise

    director = Actor("director", "director")
    cards = {one.username: one.card for one in demo_accounts(site.root / "exports")}
    reader = pseudonymise(site, [cards["faculty"]])[0]
    made = cases.open_case(
        site, "translation_publishing", actor=subject, reader=reader, key="demo-project",
        fields={"book_title": "三峡史话", "language": "法语", "field": "历史地理"},
    )  # fmt: skip
    if projects.has_project(made.id):
        return
    for event, who in (("scope", subject), ("agree", director), ("start", subject)):
        cases.act(site, made.id, event, actor=who, key=f"demo-{event}")
    for role, account, name in PEOPLE:
        projects.appoint(site, made.id, role, account=account, name=name, actor=subject)
    paper = Incoming("选题报告.pdf", len(PAPER), lambda: [PAPER])
    projects.add_paper(site, made.id, "topic", "proposal", paper, actor=subject)
    projects.hand_in(site, made.id, "topic", actor=subject)
    projects.approve(site, made.id, "topic", agrees=True, actor=director)
