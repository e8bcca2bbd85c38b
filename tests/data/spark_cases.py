"""One line for each function on the portable list: values on which engines are known to differ.

Each case is a SELECT over one table `raw.given`; both engines must give the same rows. `COVERS`
tells which names of the list a case is for.
"""

# ruff: noqa: E501
from datetime import date, datetime

COLUMNS = {
    "nr": "BIGINT",
    "s": "VARCHAR",
    "t": "VARCHAR",
    "n": "BIGINT",
    "m": "BIGINT",
    "x": "DOUBLE",
    "d": "DATE",
    "e": "DATE",
    "ts": "TIMESTAMP",
    "b": "BOOLEAN",
}
TEXTS = [
    None, "", " ", "a", "B", "ab c", "  blanks  ", "\u3000全角　空格\u3000", "\u00a0hard\u2009thin ",
    "\ttab\n", "红楼梦", "曹雪芹／著", "ÄÖÜß straße", "İstanbul ΣΑΣ ŉ ﬁ", "😀 emoji 𠮷", "a\\b%_c",
    "line\none", "trailing\n", "I247.57/1101.17", "I247.57 1101.17", ",,", "a,b,,c", "9787020002207",
]  # fmt: skip
NUMBERS_AS_TEXT = [
    "12", " 12 ", "\t12\n", "+5", "-7", ".5", "5.", "-", "1e3", "1E+2", "1e-1", "1.5", "2.5", "-1.5",
    "3.7 ", "1_000", "1__0", "_1", "1_", "0x1f", "0X1F", "0b11", "00012", "1,000", "１２", "1d", "1f",
    "inf", "-Infinity", "nan", "+nan", "1e400", "9223372036854775807", "9223372036854775808",
    "1.005", "-1.005", "true", "T", " true ", "yes", "Yes", "N", "0", "on", "2",
]  # fmt: skip
DAYS_AS_TEXT = [
    "2026-3-2", "2026-03-02 ", "  2026-03-02", "2026/3/2", "2026 3 2", "2026-03/02", "20260302",
    "2026-03-02 10:00", "2026-03-02T10:00:00", "2026-03-02 abc", "2026-02-30", "2026-03", "2026",
    "2026-03-02 10", "2026-03-02 10:00:00.123456789", "2026-03-02 10:00:00Z",
    "2026-03-02 10:00:00+08", "2026-03-02 10:00:00+08:00", "2026-03-02 25:00:00",
    "2026-03-02 9:5:3", "2026-03-02 10:00:00.5", "2026-03-02  10:00:00", "2026-03-02 10:00:60",
    "10:00:00", "26-3-2",
]  # fmt: skip
NUMBERS = [0, 1, -1, 2, 3, 7, -7, 10, 1000, 2**31, -(2**31), 2**53]
FRACTIONS = [0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 2.675, 1.005, 8.345, -2.675, 0.1, 45.8, 1e-9, 1234567.891,
             0.49999999999999994, 1e15, 99.995]  # fmt: skip
DATES = [date(2024, 2, 29), date(2025, 12, 29), date(2026, 1, 1), date(2026, 1, 4), date(2021, 1, 3),
         date(1999, 12, 31), date(2026, 3, 31), date(1949, 10, 1)]  # fmt: skip
MOMENTS = [
    datetime(2026, 3, 31, 23, 59, 59, 999999), datetime(2026, 1, 1), datetime(1969, 12, 31, 23, 0, 1),
    datetime(2025, 12, 28, 12, 30, 15, 500000), datetime(2024, 2, 29, 8),
]  # fmt: skip


def rows() -> list[dict[str, object]]:
    """Every value once at least, beside others; and rows of nothing."""
    texts = [*TEXTS, *NUMBERS_AS_TEXT, *DAYS_AS_TEXT]
    made = []
    for nr in range(len(texts) + 3):
        made.append({
            "nr": nr,
            "s": texts[nr] if nr < len(texts) else None,
            "t": TEXTS[nr % 7],
            "n": NUMBERS[nr % len(NUMBERS)] if nr % 5 else None,
            "m": nr % 4,
            "x": FRACTIONS[nr % len(FRACTIONS)] if nr % 6 else None,
            "d": DATES[nr % len(DATES)] if nr % 9 else None,
            "e": DATES[nr * 3 % len(DATES)],
            "ts": MOMENTS[nr % len(MOMENTS)] if nr % 11 else None,
            "b": [True, False, None][nr % 3],
        })  # fmt: skip
    return made


# name of the case → (names of the list it is for, the columns it selects)
COVERS: dict[str, tuple[str, str]] = {
    "blanks": ("trim", "trim(s) AS a, ltrim(s) AS c, rtrim(s) AS f, trim(s, 'a ') AS g"),
    "case of letters": ("lower upper", "lower(s) AS a, upper(s) AS c"),
    "sides": ("left right length", "left(s, 2) AS a, right(s, 2) AS c, length(s) AS f, left(s, n % 100) AS g, "
              "right(s, m) AS h, left(s, -1) AS i"),
    "substring": ("substring", "substring(s, 2, 3) AS a, substring(s, 1) AS c"),
    "pad": ("pad", "lpad(s, 4, '0') AS a, rpad(s, 4, '书') AS c"),
    "parts": ("split_part", "split_part(s, ',', 1) AS a, split_part(s, ',', 3) AS c, "
              "split_part(s, ' ', -1) AS f, split_part(s, '/', 9) AS g"),
    "replace": ("replace", "replace(s, 'a', '') AS a, replace(s, '\\', '/') AS c, replace(s, '', 'x') AS f"),
    "concat": ("concat concat_ws", "concat(s, t, n, b, d) AS a, concat_ws('|', s, t, n) AS c, s || t AS f, "
               "s || n AS g, concat('it''s', '\\n', s) AS h"),
    "md5": ("md5", "md5(s) AS a, md5(concat('书', t)) AS c"),
    "begins": ("starts_with", "starts_with(s, 'a') AS a, starts_with(s, t) AS c"),
    "like": ("and or case", "s LIKE 'a%' AND b AS a, s LIKE '%\\%' OR b AS c, s NOT LIKE '_' AS f, "
             "s LIKE '%!%%' ESCAPE '!' AS g, CASE WHEN b THEN 1 WHEN NOT b THEN 0 END AS h"),
    "patterns": ("regexp_like", "regexp_matches(s, '^[0-9]+$') AS a, regexp_matches(s, '\\d{2}\\.\\d') AS c, "
                 "regexp_matches(s, 'e.o') AS f, regexp_matches(s, '\\s') AS g, "
                 "regexp_matches(s, '[一-鿿]') AS h, regexp_matches(s, 'g$|e.*g') AS i, regexp_matches(s, '\\p{Han}[^\\s]') AS j, regexp_matches(s, '[/&%[]') AS k"),
    "whole numbers from text": ("try_cast cast", "TRY_CAST(s AS BIGINT) AS a, TRY_CAST(trim(s) AS BIGINT) AS c"),
    "fractions from text": ("try_cast", "TRY_CAST(s AS DOUBLE) AS a, CAST(TRY_CAST(s AS DECIMAL(18, 2)) AS DOUBLE) AS c"),
    "truth from text": ("try_cast", "TRY_CAST(s AS BOOLEAN) AS a"),
    "days from text": ("try_cast", "TRY_CAST(CASE WHEN s LIKE '%nf%' THEN '' ELSE s END AS DATE) AS a, "
                       "TRY_CAST(CASE WHEN s LIKE '%nf%' THEN '' ELSE s END AS TIMESTAMP) AS c"),
    "conversions": ("cast", "CAST(n AS VARCHAR) AS a, CAST(d AS VARCHAR) AS c, CAST(ts AS VARCHAR) AS f, "
                    "CAST(b AS VARCHAR) AS g, CAST(ts AS DATE) AS h, CAST(d AS TIMESTAMP) AS i, CAST(n AS DOUBLE) AS j, "
                    "CAST(b AS BIGINT) AS k, CAST(x AS BIGINT) AS l, CAST(n * 1.5 AS BIGINT) AS o"),
    "money": ("cast", "CAST(CAST(x AS DECIMAL(24, 2)) AS DOUBLE) AS a, CAST(CAST(x AS DECIMAL(28, 4)) AS VARCHAR) AS c"),
    "rounding": ("round ceil floor abs", "round(x) AS a, round(x, 2) AS c, round(n, -1) AS f, ceil(x) AS g, floor(x) AS h, "
                 "abs(n) AS i, abs(x) AS j, CAST(round(n * 0.125, 2) AS DOUBLE) AS k, floor(n / 7) AS l"),
    "division": ("nullif", "n / m AS a, n / nullif(m, 0) AS c, n // nullif(m, 0) AS f, n % nullif(m, 0) AS g, x / 3 AS h, "
                 "100.0 * n / nullif(m, 0) AS i, n / 8 + x AS j, (n + 1) / (m + 1) AS k, x / m AS l"),
    "parts of a day": ("year month day extract quarter hour minute week", "year(d) AS a, month(d) AS c, day(d) AS f, "
                       "quarter(d) AS g, hour(ts) AS h, minute(ts) AS i, week(d) AS j, extract(isodow FROM d) AS k, "
                       "extract(isoyear FROM d) AS l, extract(doy FROM d) AS o, extract(hour FROM ts) AS p, year(ts) AS q"),
    "between days": ("datediff", "d - e AS a, date_diff('day', e, d) AS c, date_diff('minute', ts, d) AS f, "
                     "date_diff('hour', ts, d) AS g, date_diff('second', ts, d) AS h, date_diff('day', ts, d) AS i"),
    "later days": ("cast", "d + 1 AS a, d - 31 AS c, CAST(d + INTERVAL 1 MONTH AS DATE) AS f, ts + INTERVAL 1 DAY AS g, "
                   "d + INTERVAL 2 HOUR AS h, (d - e) + 1 AS i, d + CAST(m AS INTEGER) AS j"),
    "choices": ("coalesce if greatest least", "coalesce(s, t, '') AS a, if(b, s, t) AS c, greatest(n, m) AS f, least(n, m, 5) AS g, "
                "greatest(s, t) AS h, coalesce(n, 0) AS i, s IS DISTINCT FROM t AS j, least(d, e) AS k"),
    "places": ("row_number rank dense_rank lag lead", "row_number() OVER (ORDER BY s, nr) AS a, "
               "row_number() OVER (PARTITION BY b ORDER BY n DESC, nr) AS c, rank() OVER (ORDER BY x) AS f, "
               "dense_rank() OVER (ORDER BY d DESC) AS g, lag(s) OVER (ORDER BY nr) AS h, lead(n, 2) OVER (ORDER BY nr) AS i, "
               "count(*) OVER (PARTITION BY m) AS j, sum(n) OVER (ORDER BY nr) AS k, "
               "row_number() OVER (PARTITION BY m ORDER BY ts, d DESC, nr) AS l"),
    "exists": ("exists", "EXISTS (SELECT 1 FROM raw.given AS other WHERE other.nr = given.nr + 1 AND other.b) AS a"),
}  # fmt: skip
# Whole queries: groups, where one row comes of many.
QUERIES: dict[str, tuple[str, str]] = {
    "groups": ("count sum avg min max", "SELECT m AS nr, count(*) AS a, count(s) AS c, count(DISTINCT t) AS f, sum(n) AS g, avg(n) AS h, "
               "min(s) AS i, max(s) AS j, min(x) AS k, max(ts) AS l, sum(CASE WHEN b THEN 1 ELSE 0 END) AS o, "
               "CAST(sum(CAST(x AS DECIMAL(24, 4))) AS DOUBLE) AS p, count(*) FILTER (WHERE b) AS q, max(b) AS r, "
               "sum(CAST(x AS DECIMAL(24, 2))) / count(x) AS u FROM raw.given GROUP BY m"),
    "no rows": ("count sum max", "SELECT 1 AS nr, count(*) AS a, sum(n) AS c, max(s) AS f FROM raw.given WHERE nr < 0"),
    "order and limit": ("", "SELECT nr, s FROM (SELECT nr, s, row_number() OVER (ORDER BY s DESC, nr) AS p FROM raw.given) AS q WHERE p <= 40"),
    "steps": ("", "WITH a AS (SELECT given.*, left(CAST(d AS VARCHAR), 7) AS mo FROM raw.given AS given), z AS (SELECT mo, b, count(*) AS c "
              "FROM a GROUP BY 1, 2) SELECT a.nr, z.c, a.mo FROM a LEFT JOIN z ON z.mo = a.mo AND z.b IS NOT DISTINCT FROM a.b"),
    "newest": ("", "SELECT nr, t FROM raw.given QUALIFY row_number() OVER (PARTITION BY t ORDER BY ts DESC NULLS FIRST, nr) = 1"),
    "either": ("", "SELECT nr, s AS a FROM raw.given WHERE b UNION ALL SELECT nr + 1000, t FROM raw.given WHERE n IN (1, 7) OR s IN ('a', '红楼梦')"),
    "values": ("", "SELECT g.nr, v.k AS a FROM raw.given AS g CROSS JOIN (VALUES (1, 'x'), (2, '书')) AS v (k, w) WHERE g.m = v.k AND v.w <> 'y'"),
}  # fmt: skip
