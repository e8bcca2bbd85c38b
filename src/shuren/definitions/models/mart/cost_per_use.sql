/*
id: cost_per_use
title: {zh: 每次使用的花费, en: Cost per use}
description:
  zh: >-
    每年每次借阅、每次下载、每次进馆各花多少钱：流通业务支出除以借阅次数，电子资源支出除以下载量，经常性支出除以进馆人次。使用数据不满全年的年份不算。
  en: >-
    What a loan, a download and a visit cost in a year, which is spending on lending by loans, on e-resources by downloads, recurrent spending by visits. None for a year whose use is not known to its end.
grain: {zh: 一年一种使用一行, en: one row per year and kind of use}
data_class: operations
key: [year, kind]
columns:
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  kind: {type: VARCHAR, class: 2, title: {zh: 使用方式, en: Kind of use}}
  cost: {type: DOUBLE, class: 2, title: {zh: 花费, en: Cost}, unit: CNY}
  uses: {type: DOUBLE, class: 2, title: {zh: 使用次数, en: Uses}, unit: 次}
  whole_cost: {type: DOUBLE, class: 2, title: {zh: 花费（有全年使用数据的年份）, en: Cost of a year whose use is known to its end}, unit: CNY}
  cost_per_use: {type: DOUBLE, class: 2, title: {zh: 每次花费, en: Cost per use}, unit: CNY}
*/
WITH totals AS (
  SELECT
    year,
    CAST(sum(CAST(spend_lending AS DECIMAL(18, 4))) AS DOUBLE) AS lending,
    sum(loans) AS loans,
    CAST(sum(CAST(spend_electronic AS DECIMAL(18, 4))) AS DOUBLE) AS electronic,
    CAST(sum(CAST(requests AS DECIMAL(18, 4))) AS DOUBLE) AS requests,
    CAST(sum(CAST(spend_recurrent AS DECIMAL(18, 4))) AS DOUBLE) AS recurrent,
    CAST(sum(CAST(visits AS DECIMAL(18, 4))) AS DOUBLE) AS visits,
    coalesce(max(loan_days), 0) >= 365 AS is_loans_whole,
    coalesce(max(usage_months), 0) >= 12 AS is_requests_whole,
    coalesce(max(visit_days), 0) >= 365 AS is_visits_whole
  FROM mart.library_year
  GROUP BY year
),

kinds AS (
  SELECT year, 'loan' AS kind, lending AS cost, CAST(loans AS DOUBLE) AS uses,
    CASE WHEN is_loans_whole THEN lending END AS whole_cost
  FROM totals
  UNION ALL
  SELECT year, 'download', electronic, CAST(requests AS DOUBLE),
    CASE WHEN is_requests_whole THEN electronic END
  FROM totals
  UNION ALL
  SELECT year, 'visit', recurrent, CAST(visits AS DOUBLE),
    CASE WHEN is_visits_whole THEN recurrent END
  FROM totals
)

SELECT year, kind, cost, uses, whole_cost, whole_cost / nullif(uses, 0) AS cost_per_use
FROM kinds
