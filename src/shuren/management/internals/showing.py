"""What is shown of an opinion beyond its handler: names, numbers and addresses are masked.

A net that catches the usual ways Chinese letters name people; what is published is besides read
by a person first.
"""

import re

from shuren.kernel.masking import MASK, mask

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚"
    "范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元"
    "顾孟黄穆萧尹姚邵汪祁毛禹狄贝臧计伏成戴宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季贾路娄江童颜郭梅盛"
    "林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁"
    "荀惠曲封储靳段焦巴弓牧车侯全班仰秋仲宫宁仇栾甘厉祖武符刘景詹束龙叶司韶黎蓟薄印白怀蒲从索赖"
    "卓屠蒙池乔阴翟谭劳申扶冉宰雍桑桂牛寿通边燕浦尚农温庄晏柴瞿阎连习艾鱼容向古易慎戈廖终衡步耿"
    "满弘匡国文寇广东欧殳沃利越师巩聂关曾沙丰游权涂"
)
_TITLES = "老师|同学|师傅|馆员|先生|女士|教授|阿姨|主任|馆长|保安"
_NAMES = re.compile(
    # 我叫张小明 / 姓名：张小明 / 联系人 张小明 / 署名 张小明
    r"(?P<said>我叫|我是|姓名|联系人|署名|名叫|本人)(?P<gap>[:：\s]*)"
    rf"(?P<name>[{_SURNAMES}][一-鿿]{{1,2}})(?=[，,。；;、！!？?\s）)的…]|$)"
    # 王建国老师
    rf"|(?P<titled>[{_SURNAMES}][一-鿿]{{0,2}})(?P<title>{_TITLES})"
)
# What only looks like a name before such a title.
_NOT_NAMES = {"老", "各位", "一些", "有些", "那位", "这位", "全体", "所有"}
# 138 1234 5678, 138-1234-5678, 023-65102345: the kernel's mask wants them in one piece.
_SPACED = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[\s-]?)?\d{3,4}[\s-]\d{4}(?:[\s-]?\d{3,4})(?!\d)")
_WECHAT = re.compile(r"((?:微信|QQ|qq|WeChat|wechat)(?:号)?[:：是\s]*)[A-Za-z0-9_-]{5,}")


def masked(text: str, *, known: tuple[str, ...] = ()) -> str:
    """The text without what points at a person; known: names the letter itself gave."""
    for name in known:
        if len(name.strip()) >= 2:
            text = text.replace(name.strip(), MASK)
    text = _SPACED.sub(MASK, mask(text))
    text = _WECHAT.sub(lambda found: found[1] + MASK, text)
    return _NAMES.sub(_without_name, text)


def _without_name(found: re.Match[str]) -> str:
    if found["said"]:
        return f"{found['said']}{found['gap']}{MASK}"
    if found["titled"] in _NOT_NAMES:
        return found[0]
    return f"{MASK}{found['title']}"


def title_of(text: str) -> str:
    """The first words of a text that is masked already, at most forty characters."""
    line = next((one.strip() for one in text.splitlines() if one.strip()), "")
    return line if len(line) <= 40 else f"{line[:39]}…"
