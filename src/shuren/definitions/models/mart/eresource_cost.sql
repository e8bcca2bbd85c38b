/*
id: eresource_cost
title: {zh: 电子资源的使用与花费, en: Use and cost of e-resources}
description:
  zh: >-
    每年每个平台的下载量、拒访量与花费。下载量取自平台报告 PR；没有时依次取 TR、IR、DR；拒访取自 TR，没有时取 DR。花费按平台名称与经费明细相连，不分大小写；使用数据不满一年时，按月数折算。
  en: >-
    Downloads, turn-aways and cost by year and platform. Downloads are of the platform report PR, else of TR, IR or DR; turn-aways of TR, else DR. Cost joins the budget by the platform's name, whatever its letter case; where less than a year of use is known, the cost of those months stands beside it.
grain: {zh: 一年一平台一行, en: one row per year and platform}
data_class: operations
key: [year, platform]
columns:
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  platform: {type: VARCHAR, class: 2, title: {zh: 平台, en: Platform}}
  vendor: {type: VARCHAR, class: 2, title: {zh: 供应商, en: Vendor}}
  requests: {type: BIGINT, class: 2, title: {zh: 下载量（Total_Item_Requests）, en: Requests (Total_Item_Requests)}, unit: 次}
  unique_requests: {type: BIGINT, class: 2, title: {zh: 去重下载量（Unique_Item_Requests）, en: Unique requests (Unique_Item_Requests)}, unit: 次}
  turnaways: {type: BIGINT, class: 2, title: {zh: 拒访量, en: Turn-aways}, unit: 次}
  months: {type: BIGINT, class: 2, title: {zh: 有使用数据的月数, en: Months with usage data}, unit: 月}
  cost: {type: DOUBLE, class: 2, title: {zh: 花费, en: Cost}, unit: CNY}
  cost_of_months: {type: DOUBLE, class: 2, title: {zh: 花费（按有使用数据的月数折算）, en: Cost of the months whose use is known}, unit: CNY}
*/
WITH counted AS (
  SELECT
    CAST(year(used_from) AS BIGINT) AS year,
    used_from AS month,
    platform,
    family,
    metric_type,
    sum(usage) AS uses
  FROM conformed.counter_usage
  WHERE
    metric_type IN (
      'Total_Item_Requests', 'Unique_Item_Requests', 'Limit_Exceeded', 'No_License'
    )
  GROUP BY year(used_from), used_from, platform, family, metric_type
),

ranked AS (
  SELECT
    counted.*,
    dense_rank() OVER (
      PARTITION BY
        lower(platform), month,
        CASE WHEN metric_type IN ('Limit_Exceeded', 'No_License') THEN 'denied' ELSE 'used' END
      ORDER BY CASE family WHEN 'PR' THEN 1 WHEN 'TR' THEN 2 WHEN 'IR' THEN 3 ELSE 4 END
    ) AS place
  FROM counted
),

used AS (
  SELECT
    year,
    lower(platform) AS name,
    min(platform) AS platform,
    sum(CASE WHEN metric_type = 'Total_Item_Requests' THEN uses END) AS requests,
    sum(CASE WHEN metric_type = 'Unique_Item_Requests' THEN uses END) AS unique_requests,
    sum(CASE WHEN metric_type IN ('Limit_Exceeded', 'No_License') THEN uses END) AS turnaways,
    count(DISTINCT month) AS months
  FROM ranked
  WHERE place = 1
  GROUP BY year, lower(platform)
),

paid AS (
  SELECT
    year,
    lower(trim(platform)) AS name,
    min(trim(platform)) AS platform,
    min(vendor) AS vendor,
    CAST(sum(CAST(amount AS DECIMAL(18, 4))) AS DOUBLE) AS cost
  FROM conformed.budget_entry
  WHERE flow = 'expense' AND category = 'eresources' AND platform <> ''
  GROUP BY year, lower(trim(platform))
),

names AS (
  SELECT year, name FROM used
  UNION
  SELECT year, name FROM paid
)

SELECT
  names.year,
  coalesce(used.platform, paid.platform) AS platform,
  coalesce(paid.vendor, '') AS vendor,
  used.requests,
  used.unique_requests,
  used.turnaways,
  coalesce(used.months, 0) AS months,
  paid.cost,
  paid.cost * used.months / 12 AS cost_of_months
FROM names
LEFT JOIN used ON used.year = names.year AND used.name = names.name
LEFT JOIN paid ON paid.year = names.year AND paid.name = names.name
