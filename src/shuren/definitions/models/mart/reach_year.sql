/*
id: reach_year
title: {zh: 服务人口与借阅者, en: Population and borrowers}
description:
  zh: >-
    每年每校区每类读者的应服务人数、借过书的人数和借阅次数；读者算在其所属校区。
  en: >-
    Persons to be served, persons who borrowed and loans, by year, campus and kind of reader; readers count on their own campus.
grain: {zh: 一年一校区一类读者一行, en: one row per year, campus and kind of reader}
data_class: operations
key: [year, campus, reader_kind]
headcount: active
columns:
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  reader_kind: {type: VARCHAR, class: 2, title: {zh: 读者类型, en: Reader kind}}
  population: {type: BIGINT, class: 2, title: {zh: 应服务人数, en: Population}, unit: 人}
  active: {type: BIGINT, class: 2, title: {zh: 借过书的人数, en: Borrowers}, unit: 人}
  loans: {type: BIGINT, class: 2, title: {zh: 借阅次数, en: Loans}, unit: 次}
  loan_days: {type: BIGINT, class: 2, title: {zh: 有借阅数据的天数, en: Days with loan data}, unit: 天}
*/
WITH span AS (
  SELECT min(day) AS first_day, max(day) AS last_day
  FROM mart.loan_fact
),

lent AS (
  SELECT
    loan.year,
    coalesce(reader.campus, '') AS campus,
    loan.reader_kind,
    count(DISTINCT loan.person_key) AS active,
    count(*) AS loans
  FROM mart.loan_fact AS loan
  LEFT JOIN conformed.reader AS reader ON reader.reader_key = loan.reader_key
  WHERE loan.year IS NOT NULL
  GROUP BY loan.year, coalesce(reader.campus, ''), loan.reader_kind
),

parts AS (
  SELECT
    year,
    campus,
    kind AS reader_kind,
    persons AS population,
    CAST(NULL AS BIGINT) AS active,
    CAST(NULL AS BIGINT) AS loans
  FROM conformed.population
  UNION ALL
  SELECT year, campus, reader_kind, CAST(NULL AS BIGINT), active, loans
  FROM lent
)

SELECT
  parts.year,
  parts.campus,
  parts.reader_kind,
  sum(parts.population) AS population,
  sum(parts.active) AS active,
  sum(parts.loans) AS loans,
  CAST(max(greatest(0, CAST(
    least(span.last_day, CAST(concat(CAST(parts.year AS VARCHAR), '-12-31') AS DATE))
    - greatest(span.first_day, CAST(concat(CAST(parts.year AS VARCHAR), '-01-01') AS DATE))
    AS BIGINT) + 1)) AS BIGINT) AS loan_days
FROM parts
CROSS JOIN span
GROUP BY parts.year, parts.campus, parts.reader_kind
