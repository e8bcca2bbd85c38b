"""docs/reference/commands.md: the command line, its exit codes and its environment."""

import importlib
import inspect
from collections.abc import Iterator

import click

from shuren.cli import main
from shuren.kernel.i18n import CHINESE, ENGLISH
from tools.reference.markdown import both, inside, table

EXIT_CODES = {
    main.OK: ("做成了（含“已经装载过”）", "Done (also when a file had been loaded before)"),
    main.FAILED: ("没做成：原因与办法见提示", "Not done; the sentence says why and what to do"),
    main.WRONG_CALL: ("调用有误：名称、参数、设置", "A wrong call: a name, an argument, a setting"),
    main.NOTHING_LOADED: ("一行也没有装入", "Not one row was loaded"),
    main.BUG: ("我们的差错", "A fault of ours"),
    main.INTERRUPTED: ("被 Ctrl-C 中断", "Interrupted by Ctrl-C"),
}
ENVIRONMENT = {
    "SHUREN_SITE": ("站点文件夹；--site 优先", "The site's folder; --site wins"),
    "SHUREN_LANG": (
        "提示的语言 zh 或 en；--lang 优先",
        "Language of messages, zh or en; --lang wins",
    ),
    "SHUREN_DEBUG": ("非空时出错打印完整追踪", "When set, an error prints its whole trace"),
    "SHUREN_NOW": (
        "固定“现在”（ISO 8601），供测试",
        "Fixes the present moment (ISO 8601), for tests",
    ),
    "SHUREN_PYTHON": ("./shuren 安装所用的 Python", "The Python that ./shuren sets up with"),
    "SHUREN_CHROMIUM": ("测试与截图所用的浏览器", "The browser of tests and screenshots"),
    "SHUREN_VAULT_KEY": (
        "身份保险库的密钥，“版本 64 位十六进制”，几把以逗号隔开；先于 data/secrets/vault.key",
        "Keys of the vault, “version 64 hexadecimal digits”, several with commas; before the file",
    ),
    "SHUREN_SECRET": (
        "SHUREN_SECRET_<名称>：其他系统的密码，先于 data/secrets/<名称>",
        "SHUREN_SECRET_<NAME>: a password of another system, before data/secrets/<name>",
    ),
    "DATABASE_URL": ("同 SHUREN_DATABASE_URL", "The same as SHUREN_DATABASE_URL"),
    "TEST_DATABASE_URL": ("测试改用这个 PostgreSQL", "Tests use this PostgreSQL"),
    "CI": (
        "为 true 时，漏跑的浏览器与 PostgreSQL 测试算失败",
        "When true, tests left out are failures",
    ),
}


def commands_page() -> str:
    lines = [
        "# 命令 Commands",
        "",
        "由 `shuren --help` 的同一来源生成。Made from what `shuren --help` shows.",
        "",
        "```text",
        "shuren [--site DIR] [--lang zh|en] COMMAND …",
        "```",
        "",
        *options_table(main.shuren),
    ]
    titles = sections()
    section: tuple[str, ...] = ()
    for path, command in walk():
        if titles[path[0]] != section:
            section = titles[path[0]]
            lines += ["", f"## {' '.join(section)}"]
        lines += ["", f"{'#' * (len(path) + 2)} shuren {' '.join(path)}", ""]
        lines += described(path, command)
    lines += ["", "## 退出码 Exit codes", ""]
    lines += table(["", "中文", "English"], [(f"`{c}`", *texts) for c, texts in EXIT_CODES.items()])
    lines += [
        "",
        "## 环境变量 Environment",
        "",
        "另有每个[设置](settings.md)的 `SHUREN_<名称>`。Besides `SHUREN_<NAME>` of every "
        "[setting](settings.md):",
        "",
        *table(["", "中文", "English"], [(f"`{n}`", *texts) for n, texts in ENVIRONMENT.items()]),
    ]
    return "\n".join(lines) + "\n"


def sections() -> dict[str, tuple[str, ...]]:
    """Command → the title of its section in both languages."""
    spoken = [inside(language, main.entries) for language in (CHINESE, ENGLISH)]
    return {zh.name: (zh.section, en.section) for zh, en in zip(*spoken, strict=True)}


def walk() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its path, as written: `LazyGroup` would translate its help."""
    for entry in main.entries():
        command = getattr(importlib.import_module(f"shuren.cli.{entry.name}"), entry.name)
        yield (entry.name,), command
        for name, below in getattr(command, "commands", {}).items():
            yield (entry.name, name), below


def described(path: tuple[str, ...], command: click.Command) -> list[str]:
    context = click.Context(command, info_name=f"shuren {' '.join(path)}")
    pieces = " ".join(command.collect_usage_pieces(context))
    chinese, english = both(inspect.cleandoc(command.help or ""))
    lines = ["```text", f"{context.info_name} {pieces}", "```", "", chinese, "", english]
    if options := options_table(command):
        lines += ["", *options]
    return lines


def options_table(command: click.Command) -> list[str]:
    options = [part for part in command.params if isinstance(part, click.Option)]
    rows = [(name_of(o), default_of(o), *both(o.help or "")) for o in options]
    return table(["option", "default", "中文", "English"], rows) if rows else []


def name_of(option: click.Option) -> str:
    if option.is_flag:
        return f"`{option.opts[0]}`"
    if isinstance(option.type, click.Choice):
        return f"`{option.opts[0]} {'|'.join(option.type.choices)}`"
    return f"`{option.opts[0]} {option.metavar or option.type.name.split()[0].upper()}`"


def default_of(option: click.Option) -> str:
    if option.required:
        return "必填 required"
    default = option.default
    if option.is_flag or not isinstance(default, str | int | float) or default == "":
        return ""
    return f"`{default}`"
