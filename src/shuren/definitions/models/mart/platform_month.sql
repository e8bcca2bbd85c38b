/*
id: platform_month
title: {zh: 平台逐月使用, en: Platforms by month}
description:
  zh: 每月每个平台每项指标的使用次数：有平台报告（PR）时取它，其次题名（TR）、数据库（DR）、条目报告（IR），因此可以跨平台相加。
  en: >-
    Use by month, platform and metric: of the platform report (PR) where there is one, else of titles
    (TR), databases (DR) or items (IR). So platforms may be added up.
grain: {zh: 一个月一个平台一项指标一行, en: 'one row per month, platform and metric'}
data_class: operations
key: [month, platform, metric_type]
columns:
  month: {type: VARCHAR, class: 1, title: {zh: 月份, en: Month}}
  platform: {type: VARCHAR, class: 1, title: {zh: 平台, en: Platform}}
  metric_type: {type: VARCHAR, class: 1, title: {zh: 指标, en: Metric}}
  family: {type: VARCHAR, class: 1, title: {zh: 报告类别（PR、DR、TR、IR）, en: 'Report family (PR, DR, TR, IR)'}}
  usage: {type: BIGINT, class: 2, title: {zh: 次数, en: Count}, unit: 次}
*/
WITH by_family AS (
  SELECT month, platform, metric_type, family, CAST(sum(usage) AS BIGINT) AS usage
  FROM mart.eresource_month
  GROUP BY month, platform, metric_type, family
),

ranked AS (
  SELECT
    month, platform, metric_type, family, usage,
    row_number() OVER (
      PARTITION BY month, platform, metric_type
      ORDER BY CASE family WHEN 'PR' THEN 1 WHEN 'TR' THEN 2 WHEN 'DR' THEN 3 ELSE 4 END
    ) AS place
  FROM by_family
)

SELECT month, platform, metric_type, family, usage
FROM ranked
WHERE place = 1
