/*
id: eresource_month
title: {zh: 电子资源逐月使用, en: E-resources by month}
description:
  zh: 每月每个平台每个题名（或数据库）每项指标的使用次数，只计人的使用，不含文本与数据挖掘。不同报告类别不可相加。
  en: >-
    Use by month, platform, title or database, and metric; use by people only, without text and data
    mining. Never add up over report families.
grain: {zh: 一个月一个平台一个题名一项指标一行, en: 'one row per month, platform, title and metric'}
data_class: operations
key: [month, family, report_id, platform, title, publisher, data_type, access_type, metric_type]
columns:
  month: {type: VARCHAR, class: 1, title: {zh: 月份, en: Month}}
  family: {type: VARCHAR, class: 1, title: {zh: 报告类别（PR、DR、TR、IR）, en: 'Report family (PR, DR, TR, IR)'}}
  report_id: {type: VARCHAR, class: 1, title: {zh: 报告, en: Report}}
  platform: {type: VARCHAR, class: 1, title: {zh: 平台, en: Platform}}
  title: {type: VARCHAR, class: 1, title: {zh: 题名或数据库, en: Title or database}}
  publisher: {type: VARCHAR, class: 1, title: {zh: 出版者, en: Publisher}}
  data_type: {type: VARCHAR, class: 1, title: {zh: 数据类型, en: Data type}}
  access_type: {type: VARCHAR, class: 1, title: {zh: 获取方式, en: Access type}}
  metric_type: {type: VARCHAR, class: 1, title: {zh: 指标, en: Metric}}
  usage: {type: BIGINT, class: 2, title: {zh: 次数, en: Count}, unit: 次}
*/
SELECT
  month, family, report_id, platform, title, publisher, data_type, access_type, metric_type,
  CAST(sum(usage) AS BIGINT) AS usage
FROM conformed.counter_usage
WHERE access_method = 'Regular'
GROUP BY month, family, report_id, platform, title, publisher, data_type, access_type, metric_type
