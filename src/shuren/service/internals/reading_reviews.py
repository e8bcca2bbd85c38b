"""Reads what a review of a title may be: definitions/reviews/*.yaml."""

from pathlib import Path
from typing import Any

from shuren.kernel.definitions import Key, check_keys
from shuren.kernel.i18n import gettext as _
from shuren.service.internals.reading_forms import wrong
from shuren.service.review_shapes import Limits

# fmt: off
LIMIT_KEYS = {
    "id": Key(str, "与文件名相同；书评为 titles", "The file's name; titles for reviews of titles", required=True),  # noqa: E501
    "shortest": Key(int, "最少几个字", "Fewest characters", default="10"),
    "longest": Key(int, "最多几个字", "Most characters", default="3000"),
    "photos": Key(int, "最多几张照片；0 为不收照片", "Most photos; 0: none are taken", default="3"),
    "photo_mb": Key(int, "每张照片最多几 MB", "Megabytes of a photo as it is sent", default="10"),
    "side": Key(int, "保存时长边的像素", "Pixels of its longer side as it is kept", default="1600"),
    "per_day": Key(int, "每位读者每天最多写或改几次", "How often a reader sends or changes one in a day", default="10"),  # noqa: E501
    "rated_from": Key(int, "满几个评分才显示平均分，不小于 5", "Ratings from which the average is shown, 5 or more", default="5"),  # noqa: E501
}
# fmt: on
_LEAST = {
    "shortest": 1,
    "longest": 50,
    "photos": 0,
    "photo_mb": 1,
    "side": 400,
    "per_day": 1,
    "rated_from": 5,
}  # fmt: skip
_MOST = {"longest": 20_000, "photos": 10, "photo_mb": 50, "side": 4_000}


def read_limits(path: Path, said: dict[str, Any]) -> Limits:
    """The limits; raises DefinitionError naming file, key and fix."""
    check_keys(path, said, LIMIT_KEYS)
    found = {key: int(said.get(key, LIMIT_KEYS[key].default)) for key in _LEAST}
    for key, least in _LEAST.items():
        most = _MOST.get(key, 1_000)
        if not least <= found[key] <= most:
            raise wrong(
                path, key, _("Write a number from %(least)s to %(most)s.", least=least, most=most)
            )
    return Limits(**found)
