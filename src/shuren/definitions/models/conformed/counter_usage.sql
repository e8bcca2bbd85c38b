/*
id: counter_usage
title: {zh: 电子资源使用, en: Use of e-resources}
description:
  zh: >-
    每条 COUNTER 使用记录，同一次使用只算一次：同一机构、平台、报告和月份有几份时取生成最晚的一份；主报告与
    标准视图都有时取主报告，其次 J3、B3，再次 J1、B1、J2、B2，最后 J4。5.0 的 OA_Gold 记作 Open。条目的组成部分不计。
    不同类别（PR、DR、TR、IR）从不同角度统计同一次使用，不可相加。
  en: >-
    Each COUNTER count, no use counted twice: of several reports of one institution, platform, report
    and month the one made last; where there are a master report and standard views the master, then
    J3 and B3, then J1, B1, J2, B2, last J4. OA_Gold of 5.0 is Open. Components of items are left out.
    Families (PR, DR, TR, IR) count the same use in different ways and are never added up.
grain: {zh: 一个条目、一组属性、一项指标、一个月一行, en: 'one row per item, set of attributes, metric and month'}
data_class: operations
key: [usage_id]
columns:
  usage_id: {type: VARCHAR, class: 2, title: {zh: 标识, en: Id}}
  used_from: {type: DATE, class: 1, title: {zh: 月份第一天, en: First day of the month}}
  month: {type: VARCHAR, class: 1, title: {zh: 月份, en: Month}}
  family: {type: VARCHAR, class: 1, title: {zh: 报告类别（PR、DR、TR、IR）, en: 'Report family (PR, DR, TR, IR)'}}
  report_id: {type: VARCHAR, class: 1, title: {zh: 报告, en: Report}}
  platform: {type: VARCHAR, class: 1, title: {zh: 平台, en: Platform}}
  release: {type: VARCHAR, class: 2, title: {zh: COUNTER 版本, en: COUNTER release}}
  title: {type: VARCHAR, class: 1, title: {zh: 题名或数据库, en: Title or database}}
  publisher: {type: VARCHAR, class: 1, title: {zh: 出版者, en: Publisher}}
  database: {type: VARCHAR, class: 1, title: {zh: 数据库, en: Database}}
  item: {type: VARCHAR, class: 1, title: {zh: 条目, en: Item}}
  parent_title: {type: VARCHAR, class: 1, title: {zh: 上级题名, en: Parent title}}
  doi: {type: VARCHAR, class: 1, title: {zh: DOI, en: DOI}}
  isbn: {type: VARCHAR, class: 1, title: {zh: ISBN, en: ISBN}}
  print_issn: {type: VARCHAR, class: 1, title: {zh: 印刷版 ISSN, en: Print ISSN}}
  online_issn: {type: VARCHAR, class: 1, title: {zh: 网络版 ISSN, en: Online ISSN}}
  proprietary_id: {type: VARCHAR, class: 1, title: {zh: 平台编号, en: Proprietary id}}
  data_type: {type: VARCHAR, class: 1, title: {zh: 数据类型, en: Data type}}
  access_type: {type: VARCHAR, class: 1, title: {zh: 获取方式, en: Access type}}
  access_method: {type: VARCHAR, class: 1, title: {zh: 使用方式, en: Access method}}
  yop: {type: VARCHAR, class: 1, title: {zh: 出版年, en: Year of publication}}
  metric_type: {type: VARCHAR, class: 1, title: {zh: 指标, en: Metric}}
  usage: {type: BIGINT, class: 2, title: {zh: 次数, en: Count}, unit: 次}
*/
WITH told AS (
  SELECT
    _key AS usage_id,
    used_from,
    left(CAST(used_from AS VARCHAR), 7) AS month,
    left(report_id, 2) AS family,
    report_id,
    release,
    coalesce(report_created, '') AS report_created,
    coalesce(report_filters, '') AS report_filters,
    coalesce(institution, '') AS institution,
    trim(platform) AS platform,
    coalesce(title, database, item, '') AS title,
    coalesce(publisher, '') AS publisher,
    coalesce(database, '') AS database,
    coalesce(item, '') AS item,
    coalesce(parent_title, '') AS parent_title,
    coalesce(doi, '') AS doi,
    coalesce(isbn, '') AS isbn,
    coalesce(print_issn, '') AS print_issn,
    coalesce(online_issn, '') AS online_issn,
    coalesce(proprietary_id, '') AS proprietary_id,
    coalesce(data_type, '') AS data_type,
    CASE
      WHEN access_type = 'OA_Gold' THEN 'Open'
      WHEN access_type IN ('OA_Delayed', 'Other_Free_To_Read') THEN 'Free_To_Read'
      ELSE coalesce(access_type, '')
    END AS access_type,
    coalesce(access_method, 'Regular') AS access_method,
    coalesce(yop, '') AS yop,
    metric_type,
    usage_count AS usage
  FROM raw.counter_usage
  WHERE coalesce(component, '') = '' AND coalesce(component_id, '') = ''
),

-- A report made again replaces the one before it as a whole, rows it no longer has included.
last_made AS (
  SELECT institution, platform, report_id, report_filters, month, max(report_created) AS made
  FROM told
  GROUP BY institution, platform, report_id, report_filters, month
),

newest AS (
  SELECT
    told.*,
    CASE
      WHEN told.report_id LIKE 'TR_J%' OR (told.family = 'TR' AND told.data_type = 'Journal')
        THEN 'journal'
      WHEN told.report_id LIKE 'TR_B%'
        OR (told.family = 'TR' AND told.data_type IN ('Book', 'Reference_Work')) THEN 'book'
      WHEN told.family = 'IR' THEN told.data_type
      ELSE ''
    END AS stock,
    CASE
      WHEN told.report_id = told.family AND told.report_filters = '' THEN 0
      WHEN told.report_id = told.family THEN 1
      WHEN told.report_id IN ('TR_J4') THEN 4
      WHEN told.report_id IN ('TR_J1', 'TR_J2', 'TR_B1', 'TR_B2') THEN 3
      ELSE 2
    END AS precedence
  FROM told
  INNER JOIN last_made
    ON last_made.institution = told.institution AND last_made.platform = told.platform
    AND last_made.report_id = told.report_id AND last_made.month = told.month
    AND last_made.report_filters = told.report_filters
    AND last_made.made = told.report_created
),

best AS (
  SELECT institution, platform, family, stock, metric_type, month, min(precedence) AS precedence
  FROM newest
  GROUP BY institution, platform, family, stock, metric_type, month
)

SELECT
  newest.usage_id, newest.used_from, newest.month, newest.family, newest.report_id,
  newest.platform, newest.release, newest.title, newest.publisher, newest.database, newest.item,
  newest.parent_title, newest.doi, newest.isbn, newest.print_issn, newest.online_issn,
  newest.proprietary_id, newest.data_type, newest.access_type, newest.access_method, newest.yop,
  newest.metric_type, newest.usage
FROM newest
INNER JOIN best
  ON best.institution = newest.institution AND best.platform = newest.platform
  AND best.family = newest.family AND best.stock = newest.stock
  AND best.metric_type = newest.metric_type AND best.month = newest.month
  AND best.precedence = newest.precedence
