"""What `service.reviews` and `service.review_desk` hand out: readers' reviews of a title."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shuren.service.case_shapes import Incoming

WAITING, PUBLISHED, REFUSED, DOWN = "waiting", "published", "refused", "down"
STATES = (WAITING, PUBLISHED, REFUSED, DOWN)
# What a librarian does with one.
PUBLISH, REFUSE, TAKE_DOWN, KEEP = "publish", "refuse", "take_down", "keep"
# Why a reader says that a review should be looked at again.
REASONS: dict[str, dict[str, str]] = {
    "rude": {"zh": "辱骂或攻击他人", "en": "It insults somebody"},
    "personal": {"zh": "泄露个人信息", "en": "It tells something private about somebody"},
    "copied": {"zh": "抄袭，或照片不是本人所拍", "en": "Text or photo is somebody else's"},
    "elsewhere": {"zh": "与本书无关，或是广告", "en": "It is not about this title, or advertises"},
}
STARS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class About:
    """A title. ids: of the item first, then of its holdings: a review of any is of the item."""

    ids: tuple[str, ...]
    title: str


@dataclass(frozen=True)
class Sent:
    """A photo of a form, with what it shows in words.

    number  of one kept before, else 0
    field   what the form calls it, for what is wrong with it; with "-alt" for the words
    """

    alt: str
    file: Incoming | None = None
    number: int = 0
    field: str = "photo"


@dataclass(frozen=True)
class Said:
    """A review as it is written. stars 0: none; signed "": "a reader".

    photos  those that are to be with it; one of before that is not among them goes
    """

    text: str
    stars: int = 0
    signed: str = ""
    photos: tuple[Sent, ...] = ()


@dataclass(frozen=True)
class Photo:
    """width and height in pixels"""

    number: int
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class Review:
    """A review as everybody may see it. helpful: readers who say so, None below five.

    is_mine  of the reader who looks; marked: what they said of it, of HELPFUL and REPORT
    """

    id: str
    stars: int
    text: str
    signed: str
    at: datetime
    photos: tuple[Photo, ...] = ()
    helpful: int | None = None
    is_mine: bool = False
    marked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class OwnReview:
    """A review for its writer. why: what the library said when it refused it or took it down."""

    id: str
    title_id: str
    title: str
    stars: int
    text: str
    signed: str
    state: str
    why: str
    at: datetime
    photos: tuple[Photo, ...] = ()
    helpful: int | None = None


@dataclass(frozen=True)
class DeskReview:
    """A review for who decides: never whose it is.

    reports  {of REASONS: how often} not looked at yet
    version  changes with the text and with each decision; a decision names the one it was made on
    """

    id: str
    title_id: str
    title: str
    stars: int
    text: str
    signed: str
    state: str
    why: str
    at: datetime
    version: int
    photos: tuple[Photo, ...] = ()
    reports: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Reviews:
    """One page of what is published about a title, the newest first.

    average  of the stars, one decimal, None below `rated_from` ratings; ratings: how many gave any
    """

    reviews: tuple[Review, ...]
    total: int
    page: int
    pages: int
    average: float | None
    ratings: int


@dataclass(frozen=True)
class Queue:
    """One page of the desk's list. counts: {of STATES or "reported": how many}"""

    reviews: tuple[DeskReview, ...]
    total: int
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Limits:
    """What definitions/reviews/*.yaml say.

    shortest, longest  characters of a text; photo_mb: of one photo as it is sent
    per_day            reviews a reader sends or changes in a day
    rated_from         ratings from which the average is shown
    side               pixels of the longer side of a photo as it is kept
    """

    shortest: int = 10
    longest: int = 3_000
    photos: int = 3
    photo_mb: int = 10
    side: int = 1_600
    per_day: int = 10
    rated_from: int = 5
