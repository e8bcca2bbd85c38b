"""Draw the documents of the demo library: `python -m tools.papers`.

They are made once, with the fonts of whoever runs this, and shipped as they are: the PDFs carry
the letters they use, the scan is a picture, so that a machine without a Chinese font shows them too.
All texts are ours and made up. Beside the scan lies what is written on it, line by line.
"""

# ruff: noqa: E501  (documents are written as they are read)

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from tests.conftest import CHROMIUM_FLAGS, find_chromium

TARGET = Path(__file__).parents[1] / "src" / "shuren" / "campus" / "papers"
PIXELS = (1240, 1754)  # A4 at 150 dpi
_PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 22mm 20mm }}
body {{ font: 12.5pt/1.9 "Noto Serif CJK SC", "Songti SC", serif; margin: 0; color: #111 }}
h1 {{ font-size: 22pt; text-align: center; font-weight: 700; margin: 0 0 10mm; line-height: 1.4 }}
h2 {{ font-size: 15pt; margin: 6mm 0 2mm }}
p {{ margin: 0 0 3mm }} section {{ break-after: page }}
section:last-child {{ break-after: auto }}
.two {{ columns: 2; column-gap: 12mm; font-size: 11pt }} .foot {{ margin-top: 10mm; font-size: 10pt }}
</style><body>{body}</body></html>"""

SCAN = (
    "山城大学图书馆年报",
    "民国二十五年度（一九三六年七月至一九三七年六月）",
    "一、藏书",
    "本馆年终共藏中西文图书六万八千四百十二册，较上年增加五千二百零七册。",
    "其中中文线装书二万一千册，西文书一万三千余册，余为中文平装书。",
    "本年接受校友赠书凡四百三十一册，以嘉陵江水利图志为最重要。",
    "二、阅览",
    "阅览室全年开放三百四十日，每日自上午八时起至下午十时止。",
    "到馆阅览者共十二万六千人次，以十一月及五月为最多。",
    "夜间阅览人数较上年增加百分之十八，座位时感不足。",
    "三、编目",
    "编目课改用卡片目录，著者、书名、分类三种并行，全年制卡一万九千张。",
    "REPORT OF THE LIBRARIAN, 1936",
    "The reading room was open on 340 days and received 126,000 visits.",
    "A classified card catalogue now serves the whole collection.",
)
RULES = """<section><h1>江湾图书馆阅览规则</h1>
<h2>一、入馆</h2><p>读者凭校园卡或电子证入馆。校外访客请在总服务台登记，每次可阅览一日。
开放时间为每日七时三十分至二十二时三十分，考试周延长至二十四时。</p>
<h2>二、座位</h2><p>座位由预约系统管理。预约后三十分钟未到，座位自动释放；暂时离开请选“暂离”，最长四十五分钟。
研讨间须三人以上使用，每次不超过三小时。</p>
<h2>三、爱护文献</h2><p>古籍与民国文献只在特藏阅览室使用，请先洗手，用铅笔记录。
拍照限于个人研究，不得使用闪光灯。损坏或遗失文献，按《文献赔偿办法》处理。</p></section>
<section><h1>Rules of the Jiangwan Library</h1>
<h2>1. Coming in</h2><p>Show your campus card at the gate. Visitors sign in at the information desk and may
read for one day. The library opens at 7:30 and closes at 22:30, in exam weeks at midnight.</p>
<h2>2. Seats</h2><p>Seats are booked. A seat that is not taken within thirty minutes is free again. Group study
rooms are for three readers or more, for three hours at most.</p>
<h2>3. Care</h2><p>Rare books are read in the special collections room, with clean hands and a pencil.
Photographs are for private study and without flash.</p></section>"""
NEWS = """<section><h1>山城大学图书馆馆讯</h1><p style="text-align:center">二〇二六年第十期　总第三百一十二期</p><div class="two">
<h2>古籍数字化完成首批</h2><p>特藏部今年完成首批一千二百种地方文献的数字化，其中《嘉陵江水利图志》六卷已可在线阅览。
扫描件经文字识别后可以全文检索，命中处直接标在书页上。</p>
<h2>阅读马拉松</h2><p>十月十七日，二百一十六名同学参加六小时阅读马拉松，共读同一本书《图书馆学概论》（吴慰慈著）。
一百八十九人读完全书并通过测试。</p>
<h2>数据素养课</h2><p>本学期新开“数据管理计划”工作坊六场，由学科馆员沈知行主讲，面向全校研究生。
参考书：《科学数据管理导论》，ISBN 978-7-302-51234-9；示例数据 doi:10.5555/shancheng.2026.10。</p>
<h2>座位数据</h2><p>九月江湾图书馆日均到馆八千四百人次，二楼东区下午三时最满。
建议考前一周错峰使用云溪图书馆。</p></div></section>"""
CHAPTER = """<section><h1>第三章　城市与河流</h1><p>河流塑造了这座城市的街道。最早的码头沿江一字排开，货栈与会馆紧随其后，
街名至今仍记着当年的行业：米市、木行、棉纱巷。到十九世纪末，沿江马路修成，码头才退到堤外。</p>
<p>水患同样写进了城市的形状。每一次大水之后，堤防抬高一寸，街区便向内收缩一步。
一九三一年的洪水淹没市区一百三十余日，此后重建的排水干渠决定了今天地铁线路的走向。</p></section>"""
DOCUMENTS = {
    "reading-room-rules": ("zh", "江湾图书馆阅览规则", RULES),
    "newsletter-2026-10": ("zh", "山城大学图书馆馆讯 2026 年第 10 期", NEWS),
    "city-and-river-chapter-3": ("zh", "城市与河流（第三章，教学参考）", CHAPTER),
}


def main() -> None:
    from playwright.sync_api import sync_playwright

    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        page = browser.new_page(viewport={"width": PIXELS[0], "height": PIXELS[1]})
        for name, (lang, title, body) in DOCUMENTS.items():
            page.set_content(_PAGE.format(lang=lang, title=title, body=body.replace("。\n", "。")))
            page.pdf(path=TARGET / f"{name}.pdf", prefer_css_page_size=True)
        page.set_content(_scan_html())
        old = scanned(Image.open(io.BytesIO(page.screenshot())))
        old.save(TARGET / "annual-report-1936.png", optimize=True)
        browser.close()
    (TARGET / "annual-report-1936.txt").write_text("\n".join(SCAN) + "\n", "utf-8")


def scanned(image: Image.Image) -> Image.Image:
    """A drawn page as an old scan: a little turned, soft, grey and speckled."""
    grey = image.convert("L").rotate(0.35, Image.Resampling.BICUBIC, fillcolor=236)
    grey = grey.filter(ImageFilter.GaussianBlur(0.7))
    shade = np.asarray(grey, np.float32)
    rng = np.random.default_rng(1936)
    shade = (
        236
        - (236 - shade) * 0.86
        + 5
        * (rng.random((44, 31)) - 0.5)
        .repeat(40, 0)
        .repeat(40, 1)[: shade.shape[0], : shade.shape[1]]
    )
    specks = rng.random(shade.shape) > 0.99992
    shade[specks] = 120
    levels = np.round(np.clip(shade, 0, 255) / 255 * 15).astype(np.uint8)
    sixteen = Image.fromarray(levels * 17).quantize(16)
    return sixteen


def _scan_html() -> str:
    size = {0: 52, 1: 27, 12: 30}
    lines = "".join(
        f'<div style="font-size:{size.get(n, 31 if len(text) < 8 else 29)}px;'
        f'{"text-align:center;" if n in (0, 1, 12) else ""}margin-bottom:34px;white-space:nowrap">'
        f"{text}</div>"
        for n, text in enumerate(SCAN)
    )
    return (
        '<body style="margin:150px 110px;background:#fff;color:#111;font-family:'
        f"'Noto Serif CJK SC','Songti SC',serif;line-height:1.5\">{lines}</body>"
    )


if __name__ == "__main__":
    main()
