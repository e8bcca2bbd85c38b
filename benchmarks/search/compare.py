"""Our engine beside Lucene and SQLite FTS5: the same analysed tokens, queries and facets.

python benchmarks/search/compare.py 200000 [--queries 1000] --keep FOLDER [--sqlite] [--jars FOLDER]

Needs Debian's liblucene8-java and a JDK. Every engine is asked in one thread for the first 20 hits
with what is shown of them, the number of hits and all facets; CPU time of the asking thread is the
measure. What Python adds on top (reading the query, JSON, why a hit stands there) is in speed.py.
"""

import argparse
import os
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

from speed import at, made_site

HERE = Path(__file__).parent
JARS = ("core", "facet", "queries", "analyzers-common")
# SQL functions of FTS5 cannot add the lesser places of a dismax: bm25 with a weight a column.
COLUMNS = ("title", "title_pairs", "title_syllables", "title_initials", "author", "author_pairs",
           "author_syllables", "author_initials", "subject", "subject_pairs", "subject_syllables",
           "publisher", "publisher_pairs", "publisher_syllables", "series", "series_pairs", "rest",
           "rest_pairs", "text", "text_pairs", "title_characters", "author_characters",
           "title_whole", "author_whole", "title_pinyin", "number", "class")  # fmt: skip


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("records", type=int)
    ask.add_argument("--queries", type=int, default=1_000)
    ask.add_argument("--seed", type=int, default=7)
    ask.add_argument("--keep", required=True, help="the site speed.py made with --keep")
    ask.add_argument("--jars", default="/usr/share/java")
    ask.add_argument("--heap", default="3g", help="of the Java machine")
    ask.add_argument("--lucene", default="", help="where its index is kept, and used again")
    ask.add_argument("--sqlite", action="store_true", help="FTS5 too")
    options = ask.parse_args()
    site = made_site(options.keep)
    trees, asked = recorded(site, options)
    print(f"{len(trees)} of {options.queries} queries have hits and are asked of all", flush=True)
    with tempfile.TemporaryDirectory(dir=options.keep) as scratch:
        folder = Path(options.lucene or f"{scratch}/lucene")
        java = lucene(options, site, Path(scratch), folder)
        print("asking", flush=True)  # from here on the machine should do nothing else
        ours(site, asked)
        ask_lucene(java, trees, folder)
        if options.sqlite:
            fts5(options, site, trees, Path(scratch))


class Unknown(Exception):
    """Lucene's side does not read this kind of query."""


def prefix(one):
    """The query as Lucene.java reads it."""
    inner = [prefix(part) for _occur, part in one.clauses]
    flat = [word for words in inner for word in words]
    if one.kind == "term":
        return ["term", one.name, str(one.values[0])]
    if one.kind == "phrase":
        return ["phrase", one.name, str(len(one.values)), *one.values]
    if one.kind == "boost":
        return ["boost", str(one.number), *flat]
    if one.kind == "constant":
        return ["const", str(one.number), *flat]
    if one.kind == "best":
        return ["max", str(one.number), str(len(inner)), *flat]
    if one.kind == "boolean" and not one.number:
        pairs = zip(one.clauses, inner, strict=True)
        named = [(occur.value.upper(), words) for (occur, _part), words in pairs]
        return [
            "bool",
            str(len(inner)),
            *(word for name, words in named for word in (name, *words)),
        ]
    if one.kind == "between" and one.name == "year":
        return ["years", *(str(year) for year in one.values)]
    if one.kind == "everything":
        return ["all"]
    raise Unknown(one.kind)


def recorded(site, options):
    """Trees of the queries that have hits, and what the engine is asked for them."""
    from generate import queries

    from shuren.discovery.internals import asking, store, syntax

    reader = store.reader(site)
    trees, asked = [], []
    for text in queries(options.queries, options.seed, options.records):
        parsed = syntax.parse(text)
        if parsed.node is None:
            continue
        made, _parts = asking.strict(parsed)
        try:
            tree = prefix(made)
        except Unknown:
            continue
        if reader.searcher.search(made.native, limit=1).count:
            trees.append(tree)
            asked.append(made)
    return trees, asked


def ours(site, asked):
    from shuren.discovery.internals import broad, kept, searching, store
    from shuren.discovery.search_shapes import Query

    for module in (broad, searching):
        module.beside = at_once
    reader = store.reader(site)
    lines = []
    for turn in range(3):
        for query in asked:
            unmade(query)
            kept.forget()
            begun, spent = time.perf_counter(), time.thread_time()
            found = searching._search(reader, query, (), {}, Query(""), ())
            for _score, place in found.page.hits:
                reader.searcher.doc(place).get_first("shown")
            found.facets()
            spent = time.thread_time() - spent
            lines.append((turn, found.page.count, time.perf_counter() - begun, spent))
    said("tantivy 0.27", lines)


def at_once(work):
    """Nothing is done by a second thread."""
    made = work()
    return lambda: made


def unmade(asked):
    """The engine's own query is made anew each time, as it is for a reader."""
    asked.__dict__.pop("native", None)
    for _occur, inner in asked.clauses:
        unmade(inner)


def said(name, lines):
    """The best of the second and third time each query was asked; the first warms."""
    count = len(lines) // 3
    later = [min(lines[n + count], lines[n + 2 * count], key=lambda one: one[3])
             for n in range(count)]  # fmt: skip
    hits, clock, cpu = ([one[place] for one in later] for place in (1, 2, 3))
    shares = (0.5, 0.95, 0.99)
    print(f"{name}: CPU " + ", ".join(f"p{s * 100:.0f} {at(cpu, s) * 1e3:.2f} ms" for s in shares)
          + "; clock " + ", ".join(f"p{s * 100:.0f} {at(clock, s) * 1e3:.1f} ms" for s in shares)
          + f"; hits p50 {at(hits, 0.5):,}, p95 {at(hits, 0.95):,}", flush=True)  # fmt: skip


def documents(options, how):
    """Each record's document, as the engine takes it."""
    from generate import records

    from shuren.discovery.internals import documents

    for record in records(options.records, options.seed):
        yield record, documents.document(record, how).to_dict()


def lucene(options, site, scratch, folder):
    """Makes its index; the command that asks it."""
    from shuren.discovery.definitions import shelving

    jars = sorted(path for name in JARS
                  for path in Path(options.jars).glob(f"lucene-{name}-[0-9]*.jar"))  # fmt: skip
    classes = ":".join([str(scratch), *map(str, jars)])
    subprocess.run(["javac", "-cp", classes, "-d", scratch, HERE / "Lucene.java"], check=True)
    java = ["java", f"-Xmx{options.heap}", "-cp", classes, "Lucene"]
    if folder.is_dir():
        return java
    begun = time.monotonic()
    with subprocess.Popen(
        [*java, "index", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        for record, document in documents(options, shelving(site)):
            process.stdin.write(line_of(record, document))
        process.stdin.close()
        count, size, spent = map(int, process.stdout.read().split())
    print(f"Lucene 8.7: {count:,} documents indexed in {time.monotonic() - begun:.0f} s by the "
          f"clock, {spent / 1e3:.0f} CPU-s of Java alone, {size / count:,.0f} bytes each",
          flush=True)  # fmt: skip
    return java


def ask_lucene(java, trees, folder):
    given = "\n".join("\t".join(tree) for tree in trees)
    found = subprocess.run([*java, "ask", folder], input=given, text=True,
                           stdout=subprocess.PIPE, check=True)  # fmt: skip
    lines = []
    for place, line in enumerate(found.stdout.splitlines()):
        hits, clock, cpu = map(int, line.split())
        lines.append((place // len(trees), hits, clock / 1e9, cpu / 1e9))
    said("Lucene 8.7", lines)


def line_of(record, document):
    from shuren.discovery.internals import documents, schema

    parts = []
    groups = ((schema.TEXTS, "p"), (schema.BAGS, "f"), (schema.WHOLE, "s"))
    kinds = {name: kind for names, kind in groups for name in names}
    for name, values in document.items():
        for value in values:
            if name in kinds:
                parts.append(f"{name}={kinds[name]}={value}")
            elif name.startswith("facet_") and name != "facet_name":
                parts.append(f"{name.removeprefix('facet_')}=d={value}")
            elif name == "shown":
                parts.append(f"shown=b={bytes(value).decode()}")
    years = document.get("year", [])[:1]  # one a document, as it has
    parts += [f"year=y={value}" for value in years]
    parts.append(f"raise=w={documents.raised(record)}")
    clean = (part.replace("\t", " ").replace("\n", " ") for part in parts)
    return ("\t".join(clean) + "\n").encode()


def fts5(options, site, trees, scratch):
    from shuren.discovery.definitions import shelving

    connection = sqlite3.connect(scratch / "fts5.db")
    connection.execute("PRAGMA journal_mode = off")
    connection.execute("PRAGMA cache_size = -200000")
    splits = "unicode61 remove_diacritics 0 tokenchars '^:./_-'"  # at spaces and nowhere else
    listed = ", ".join(COLUMNS)
    connection.execute(
        f"CREATE VIRTUAL TABLE words USING fts5({listed}, content='', tokenize=\"{splits}\")"
    )
    connection.execute("CREATE TABLE shown (id INTEGER PRIMARY KEY, content BLOB)")
    connection.execute("CREATE TABLE facet (id INTEGER, name TEXT, value TEXT)")
    begun, spent = time.monotonic(), 0.0
    marks = ", ".join("?" * len(COLUMNS))
    for number, (_record, document) in enumerate(documents(options, shelving(site))):
        at_once = time.thread_time()
        texts = [" ".join(document.get(name, ())) for name in COLUMNS]
        connection.execute(
            f"INSERT INTO words (rowid, {', '.join(COLUMNS)}) VALUES (?, {marks})", [number, *texts]
        )
        connection.execute("INSERT INTO shown VALUES (?, ?)", [number, document["shown"][0]])
        connection.executemany("INSERT INTO facet VALUES (?, ?, ?)", [
            (number, name, str(value)) for name, values in document.items()
            if name.startswith("facet_") or name == "year" for value in values
        ])  # fmt: skip
        spent += time.thread_time() - at_once
    at_once = time.thread_time()
    connection.execute("CREATE INDEX facets ON facet (id)")
    connection.commit()
    spent += time.thread_time() - at_once
    print(f"SQLite {sqlite3.sqlite_version} FTS5: {time.monotonic() - begun:.0f} s by the clock, "
          f"{spent:.0f} CPU-s, {os.path.getsize(scratch / 'fts5.db') / (number + 1):,.0f} bytes "
          "each", flush=True)  # fmt: skip
    lines = []
    for turn in range(3):
        for tree in trees[:200]:
            match = matching(list(tree))
            at_once, clock = time.thread_time(), time.perf_counter()
            connection.execute("CREATE TEMP TABLE found AS SELECT rowid AS id, rank AS points "
                               "FROM words WHERE words MATCH ?", [match])  # fmt: skip
            hits = connection.execute("SELECT count(*) FROM found").fetchone()[0]
            connection.execute("SELECT content FROM found JOIN shown USING (id) ORDER BY points "
                               "LIMIT 20").fetchall()  # fmt: skip
            connection.execute("SELECT name, value, count(*) FROM found JOIN facet USING (id) "
                               "GROUP BY 1, 2").fetchall()  # fmt: skip
            connection.execute("DROP TABLE found")
            lines.append((turn, hits, time.perf_counter() - clock, time.thread_time() - at_once))
    said(f"SQLite FTS5 (the first {len(lines) // 3})", lines)


def matching(tree):
    """The query in FTS5's words; what only adds to the score cannot be said, and is left out."""
    kind = tree.pop(0)
    if kind == "term":
        return f'{tree.pop(0)} : "{tree.pop(0)}"'
    if kind == "phrase":
        field, count = tree.pop(0), int(tree.pop(0))
        return f'{field} : "{" ".join(tree.pop(0) for _ in range(count))}"'
    if kind in ("boost", "const"):
        tree.pop(0)
        return matching(tree)
    if kind == "max":
        tree.pop(0)
        return "(" + " OR ".join(matching(tree) for _ in range(int(tree.pop(0)))) + ")"
    parts = [(tree.pop(0), matching(tree)) for _ in range(int(tree.pop(0)))]
    must = [text for occur, text in parts if occur == "MUST"]
    if must:
        return "(" + " AND ".join(must) + ")"
    return "(" + " OR ".join(text for _occur, text in parts) + ")"


if __name__ == "__main__":
    main()
