"""Letters as they come: every charset, broken headers, pages, attachments; nothing is lost."""

import base64

import pytest

from shuren.management.internals.letters import read, text_of_html

WORDS = "尊敬的馆长：三楼的灯太暗了，建议加装台灯。"


def letter(*headers: bytes, body: bytes = b"hello", charset: str = "utf-8") -> bytes:
    said = [b"From: ming@example.cn", b"Message-ID: <1@x>", *headers]
    if not any(one.lower().startswith(b"content-type") for one in said):
        said.append(f'Content-Type: text/plain; charset="{charset}"'.encode())
    return b"\r\n".join(said) + b"\r\n\r\n" + body


def got(raw: bytes):
    return read(raw, most=10, largest=2**20)


@pytest.mark.parametrize(
    "declared, real",
    [
        ("utf-8", "utf-8"), ("gb2312", "gb2312"), ("GBK", "gbk"), ("gb18030", "gb18030"),
        ("gb2312", "gb18030"),  # said to be gb2312, with signs that only gb18030 has
        ("us-ascii", "gb18030"), ("", "utf-8"), ("", "gb18030"), ("big5", "big5"),
        ("x-unknown", "utf-8"), ("utf-8", "gb18030"),
    ],
    ids=lambda one: one or "nothing",
)  # fmt: skip
@pytest.mark.parametrize("coding", ["8bit", "base64", "quoted-printable"])
def test_words_are_read_whatever_they_are_written_in(declared, real, coding):
    words = "圖書館的燈太暗" if real == "big5" else WORDS
    if real == "gb18030":
        words += "䶮"
    raw = words.encode(real)
    if coding == "base64":
        raw = base64.encodebytes(raw)
    elif coding == "quoted-printable":
        raw = b"".join(b"=%02X" % byte for byte in raw)
        raw = b"=\r\n".join(raw[at : at + 72] for at in range(0, len(raw), 72))
    kind = f'text/plain; charset="{declared}"' if declared else "text/plain"
    said = letter(
        f"Content-Type: {kind}".encode(),
        f"Content-Transfer-Encoding: {coding}".encode(),
        body=raw,
    )
    assert got(said).text == words


@pytest.mark.parametrize(
    "raw",
    [
        "Subject: 灯太暗".encode(),
        "Subject: 灯太暗".encode("gb18030"),
        b"Subject: =?UTF-8?B?" + base64.b64encode("灯太暗".encode()) + b"?=",
        b"Subject: =?gb2312?B?" + base64.b64encode("灯太暗".encode("gb18030")) + b"?=",
        # One sign cut in two by two encoded words.
        b"Subject: =?UTF-8?B?" + base64.b64encode("灯太暗".encode()[:4]) + b"?=\r\n =?UTF-8?B?"
        + base64.b64encode("灯太暗".encode()[4:]) + b"?=",
    ],
    ids=["raw utf-8", "raw gbk", "encoded", "encoded gbk", "cut in two"],
)  # fmt: skip
def test_a_subject_is_read_as_people_read_it(raw):
    assert got(letter(raw)).title == "灯太暗"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\x00\xff\xfe", b"no header at all",
        letter(b"Subject: =?UTF-8?B?not base64!!?=", b"Date: gestern"),
        letter(b"Content-Type: multipart/mixed; boundary=none", body=b"--other\r\n\r\nx"),
        letter(b"Content-Transfer-Encoding: base64", body=b"====\xff"),
        letter(b"Content-Type: text/plain; charset=\"\xff\xfe\""),
        letter(b"From: \xff\xff <<>>@@", b"Subject: =?x?y?z?="),
        letter(b"Content-Type: message/rfc822", body=b"Subject: in it\r\n\r\nwords"),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_broken_letter_is_still_a_letter(raw):
    found = got(raw)
    assert found.text
    assert len(found.key) == 64


def test_who_wrote_is_read_with_their_name_and_a_forged_address_is_none():
    name = base64.b64encode("张小明".encode("gb18030")).decode()
    raw = letter(f"From: =?gbk?B?{name}?= <ming@example.cn>".encode())
    # The first From counts, which the helper wrote; put ours alone.
    raw = raw.replace(b"From: ming@example.cn\r\n", b"", 1)
    assert (got(raw).name, got(raw).address) == ("张小明", "ming@example.cn")
    for odd in (b"From: nobody", b"From: a b@c", b"From: <a@b@c>"):
        assert "@" not in got(raw.replace(raw.split(b"\r\n")[1], odd)).address.replace("@", "", 1)


def test_a_page_becomes_words_and_nothing_in_it_runs():
    html = (
        "<html><head><title>t</title><style>p{color:red}</style></head><body>"
        "<script>alert('x')</script><p>灯&nbsp;太暗<br>请&#21152;装</p>"
        "<img src='http://evil.example/x.gif'><a href='javascript:x'>台灯</a></body></html>"
    )
    assert text_of_html(html) == "灯 太暗\n请加装\n台灯"
    said = letter(b"Content-Type: text/html; charset=gbk", body=html.encode("gb18030"))
    assert got(said).text == "灯 太暗\n请加装\n台灯"


MIXED = (
    b"From: a@b.cn\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
    b"--B\r\nContent-Type: multipart/alternative; boundary=C\r\n\r\n"
    b"--C\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain words\r\n"
    b"--C\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>html words</p>\r\n--C--\r\n"
    b'--B\r\nContent-Type: application/octet-stream; name="=?gbk?B?'
    + base64.b64encode("../照片.exe".encode("gb18030"))
    + b'?="\r\nContent-Disposition: attachment\r\n\r\nMZ not run\r\n'
    b"--B\r\nContent-Type: image/png\r\n\r\n" + b"x" * 40 + b"\r\n--B--\r\n"
)


def test_attachments_are_bytes_with_a_name_and_what_is_too_large_is_named():
    found = read(MIXED, most=10, largest=20)
    assert found.text == "plain words"
    assert [(one.name, one.content) for one in found.files] == [("../照片.exe", b"MZ not run")]
    assert found.left == ("attachment.png",)
    assert len(read(MIXED, most=1, largest=100).files) == 1


def test_only_the_writers_own_words_count():
    text = "还是太暗。\n\n----- 原始邮件 -----\n发件人: 图书馆\n您好".encode()
    assert got(letter(body=text)).text == "还是太暗。"
    only = "----- 原始邮件 -----\n转来的意见".encode()
    assert "转来的意见" in got(letter(body=only)).text


@pytest.mark.parametrize(
    "line",
    [b"Auto-Submitted: auto-replied", b"Return-Path: <>", b"Precedence: bulk"],
)
def test_a_programmes_answer_is_no_opinion(line):
    assert got(letter(line)).is_automatic
    assert not got(letter(b"Auto-Submitted: no")).is_automatic


def test_the_same_letter_has_one_key_and_another_with_its_id_has_its_own():
    first = letter(b"Subject: a", body=b"words")
    again = b"Received: by another way\r\n" + first
    other = letter(b"Subject: a", body=b"other words")
    assert got(first).key == got(again).key
    assert got(first).key != got(other).key
