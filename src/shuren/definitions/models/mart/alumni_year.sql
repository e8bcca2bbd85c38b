/*
id: alumni_year
title: {zh: 校友各年借还与到馆, en: Loans and entries of alumni by year}
description:
  zh: >-
    校友每年的借出、归还、进馆次数与相应的人数，人按其各张证合并计数。借出算在借出的那一年，归还算在归还的那一年，
    进馆只数刷证的进入。三种人数中不为零的最少一种不足 5 人时整行隐藏。门禁记录过了保存期，那些年的进馆次数随之减少；一年没有任何门禁记录的，进馆为空。
  en: >-
    Loans, returns and entries of alumni in each year, and the persons behind each, the cards of a person
    being one. A loan counts in the year it was lent, a return in the year it came back; entries are those read
    from a card. Where the fewest persons behind any of the three are fewer than 5, the row is hidden. When gate
    records are past their term, the entries of those years go with them; of a year without any gate record
    they are empty.
grain: {zh: 一年一行, en: one row per year}
data_class: operations
key: [year]
headcount: fewest
columns:
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  loans: {type: BIGINT, class: 2, title: {zh: 借出次数, en: Loans}, unit: 次}
  returns: {type: BIGINT, class: 2, title: {zh: 归还次数, en: Returns}, unit: 次}
  entries: {type: BIGINT, class: 2, title: {zh: 进馆人次, en: Entries}, unit: 人次}
  borrowers: {type: BIGINT, class: 2, title: {zh: 借阅人数, en: Borrowers}, unit: 人}
  visitors: {type: BIGINT, class: 2, title: {zh: 到馆人数, en: Visitors}, unit: 人}
  fewest: {type: BIGINT, class: 2, title: {zh: 三种人数中最少的, en: Fewest persons behind any of them}, unit: 人}
*/
WITH acts AS (
  SELECT 'loan' AS act, CAST(year(loaned_at) AS BIGINT) AS year, reader_key
  FROM conformed.loan
  WHERE loaned_at IS NOT NULL
  UNION ALL
  SELECT 'return' AS act, CAST(year(returned_at) AS BIGINT) AS year, reader_key
  FROM conformed.loan
  WHERE returned_at IS NOT NULL
  UNION ALL
  SELECT 'entry' AS act, CAST(year(passed_at) AS BIGINT) AS year, reader_key
  FROM conformed.gate_event
  WHERE direction = 'in' AND passed_at IS NOT NULL AND reader_key <> ''
),

persons AS (
  SELECT acts.act, acts.year, reader.person_key
  FROM acts
  INNER JOIN conformed.reader AS reader ON reader.reader_key = acts.reader_key
  WHERE reader.kind = 'alumni'
),

counted AS (
  SELECT
    year,
    sum(CASE WHEN act = 'loan' THEN 1 ELSE 0 END) AS loans,
    sum(CASE WHEN act = 'return' THEN 1 ELSE 0 END) AS returns,
    sum(CASE WHEN act = 'entry' THEN 1 ELSE 0 END) AS entries,
    count(DISTINCT CASE WHEN act = 'loan' THEN person_key END) AS borrowers,
    count(DISTINCT CASE WHEN act = 'return' THEN person_key END) AS returners,
    count(DISTINCT CASE WHEN act = 'entry' THEN person_key END) AS visitors
  FROM persons
  GROUP BY year
),

recorded AS (
  SELECT DISTINCT CAST(year(passed_at) AS BIGINT) AS year
  FROM conformed.gate_event
  WHERE passed_at IS NOT NULL
)

SELECT
  counted.year,
  CAST(counted.loans AS BIGINT) AS loans,
  CAST(counted.returns AS BIGINT) AS returns,
  CAST(CASE WHEN recorded.year IS NOT NULL THEN counted.entries END AS BIGINT) AS entries,
  CAST(counted.borrowers AS BIGINT) AS borrowers,
  CAST(CASE WHEN recorded.year IS NOT NULL THEN counted.visitors END AS BIGINT) AS visitors,
  CAST(
    coalesce(
      least(nullif(counted.borrowers, 0), nullif(counted.returners, 0), nullif(counted.visitors, 0)),
      0
    ) AS BIGINT
  ) AS fewest
FROM counted
LEFT JOIN recorded ON recorded.year = counted.year
