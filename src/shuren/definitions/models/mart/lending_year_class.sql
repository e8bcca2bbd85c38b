/*
id: lending_year_class
title: {zh: 各类馆藏的流通, en: Lending by class}
description:
  zh: >-
    每年每校区每个中图法大类的可外借册数、借阅次数、借阅人数与全年未借过的册数。丢失、剔除、仅供阅览的不算可外借；入藏日期晚于当年的不算。
  en: >-
    Lendable volumes, loans, borrowers and volumes not lent all year, by year, campus and class. Missing, withdrawn and reference copies are not lendable; copies acquired later do not count.
grain: {zh: 一年一校区一大类一行, en: one row per year, campus and class}
data_class: operations
key: [year, campus, clc_main]
headcount: borrowers
topic: {by: class, column: clc_main, tells: [clc_main]}
columns:
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  clc_main: {type: VARCHAR, class: 2, title: {zh: 中图法大类, en: CLC main class}}
  volumes: {type: BIGINT, class: 2, title: {zh: 可外借册数, en: Lendable volumes}, unit: 册}
  unused: {type: BIGINT, class: 2, title: {zh: 未借过的册数, en: Volumes not lent}, unit: 册}
  loans: {type: BIGINT, class: 2, title: {zh: 借阅次数, en: Loans}, unit: 次}
  borrowers: {type: BIGINT, class: 2, title: {zh: 借阅人数, en: Borrowers}, unit: 人}
  loan_days: {type: BIGINT, class: 2, title: {zh: 有借阅数据的天数, en: Days with loan data}, unit: 天}
*/
WITH span AS (
  SELECT min(day) AS first_day, max(day) AS last_day
  FROM mart.loan_fact
),

years AS (
  SELECT DISTINCT year
  FROM mart.loan_fact
  WHERE year IS NOT NULL
),

stock AS (
  SELECT item_id, campus, coalesce(clc_main, '') AS clc_main, acquired_at
  FROM conformed.item
  WHERE catalogued AND status IN ('', 'available', 'on_loan')
),

lent_items AS (
  SELECT year, item_id
  FROM mart.loan_fact
  WHERE item_id <> '' AND year IS NOT NULL
  GROUP BY year, item_id
),

held AS (
  SELECT
    years.year,
    stock.campus,
    stock.clc_main,
    count(*) AS volumes,
    count(*) - count(lent_items.item_id) AS unused
  FROM years
  CROSS JOIN stock
  LEFT JOIN lent_items ON lent_items.year = years.year AND lent_items.item_id = stock.item_id
  WHERE stock.acquired_at IS NULL OR year(stock.acquired_at) <= years.year
  GROUP BY years.year, stock.campus, stock.clc_main
),

lent AS (
  SELECT
    loan.year,
    coalesce(item.campus, loan.campus, '') AS campus,
    coalesce(loan.clc_main, '') AS clc_main,
    count(*) AS loans,
    count(DISTINCT loan.reader_key) AS borrowers
  FROM mart.loan_fact AS loan
  LEFT JOIN conformed.item AS item ON item.item_id = loan.item_id
  WHERE loan.year IS NOT NULL
  GROUP BY loan.year, coalesce(item.campus, loan.campus, ''), coalesce(loan.clc_main, '')
),

parts AS (
  SELECT
    year, campus, clc_main, volumes, unused,
    CAST(NULL AS BIGINT) AS loans,
    CAST(NULL AS BIGINT) AS borrowers
  FROM held
  UNION ALL
  SELECT year, campus, clc_main, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), loans, borrowers
  FROM lent
)

SELECT
  parts.year,
  parts.campus,
  parts.clc_main,
  coalesce(sum(parts.volumes), 0) AS volumes,
  coalesce(sum(parts.unused), 0) AS unused,
  coalesce(sum(parts.loans), 0) AS loans,
  sum(parts.borrowers) AS borrowers,
  CAST(max(greatest(0, CAST(
    least(span.last_day, CAST(concat(CAST(parts.year AS VARCHAR), '-12-31') AS DATE))
    - greatest(span.first_day, CAST(concat(CAST(parts.year AS VARCHAR), '-01-01') AS DATE))
    AS BIGINT) + 1)) AS BIGINT) AS loan_days
FROM parts
CROSS JOIN span
GROUP BY parts.year, parts.campus, parts.clc_main
