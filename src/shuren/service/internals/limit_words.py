"""Limits in words: those the engine keeps or a flow's timer takes, and a service's own."""

from shuren.kernel.i18n import pick
from shuren.service.flow_shapes import FileDelivery, Service

# {limit: {zh, en}} with the number at %s.
KNOWN: dict[str, dict[str, str]] = {
    "per_reader": {"zh": "同时最多 %s 件", "en": "At most %s at one time"},
    "active": {"zh": "同时最多 %s 件", "en": "At most %s at one time"},
    "per_reader_day": {"zh": "每 24 小时最多 %s 件", "en": "At most %s in 24 hours"},
    "per_reader_month": {"zh": "每 30 天最多 %s 件", "en": "At most %s in 30 days"},
    "pickup_days": {"zh": "到书后保留 %s 个工作日", "en": "Kept for %s working days"},
    "link_days": {"zh": "文件链接 %s 天后失效", "en": "The file's link ends after %s days"},
    "offer_hours": {"zh": "%s 小时内有效", "en": "Open for %s hours"},
    "expired_per_term": {"zh": "每学期过期未取不超过 %s 次", "en": "At most %s uncollected a term"},
    "price_cap_cny": {"zh": "单价不超过 %s 元", "en": "Up to CNY %s each"},
    "grace_minutes": {"zh": "开始后 %s 分钟内签到", "en": "Check in within %s minutes"},
    "away_minutes": {"zh": "暂离最多 %s 分钟", "en": "Step out for %s minutes at most"},
    "close_days": {"zh": "交付 %s 天后自动办结", "en": "Closes %s days after delivery"},
    "close_hours": {"zh": "答复 %s 小时后自动结束", "en": "Closes %s hours after the answer"},
    "again_days": {"zh": "不满意时 %s 个工作日内重办", "en": "Done again within %s working days"},
    "every_days": {"zh": "每 %s 天一次", "en": "Once in %s days"},
    "purge_days": {"zh": "到期 %s 天后清除", "en": "Removed %s days after its term"},
}  # fmt: skip


def limits_in_words(service: Service) -> list[str]:
    """A line for each limit, in the reader's language and the file's order."""
    lines = []
    for name, number in service.limits.items():
        own = service.limit_words.get(name)
        if own:
            lines.append(pick(own))
        elif name in KNOWN and isinstance(number, int | float):
            lines.append(pick(KNOWN[name]) % f"{number:g}")
    if service.delivery is not None:
        lines += _delivery_in_words(service.delivery)
    return list(dict.fromkeys(lines))


def _delivery_in_words(delivery: FileDelivery) -> list[str]:
    said = {
        "zh": f"文件以链接送达，{delivery.days:g} 天内可打开 {delivery.opens} 次",
        "en": f"Files come by a link that opens {delivery.opens} times in {delivery.days:g} days",
    }
    alone = {"zh": "链接须由申请人登录后打开", "en": "The link opens for its reader, signed in"}
    return [pick(said), pick(alone)] if delivery.sign_in else [pick(said)]
