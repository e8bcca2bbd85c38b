/*
id: visit_count
title: {zh: 到馆计数, en: Visit counts}
description:
  zh: 每栋楼每小时进出人次，计数器直接给出的。
  en: "Entries and exits of each building by the hour, as the counters gave them."
grain: {zh: 一栋楼一小时一行, en: one row per building and hour}
data_class: operations
key: [building, day, hour]
public: true
columns:
  building: {type: VARCHAR, class: 1, title: {zh: 馆舍, en: Building}}
  campus: {type: VARCHAR, class: 1, title: {zh: 校区, en: Campus}}
  day: {type: DATE, class: 1, title: {zh: 日期, en: Day}}
  hour: {type: BIGINT, class: 1, title: {zh: 钟点, en: Hour}}
  entries: {type: BIGINT, class: 1, title: {zh: 进馆人次, en: Entries}, unit: 人次}
  exits: {type: BIGINT, class: 1, title: {zh: 出馆人次, en: Exits}, unit: 人次}
*/
SELECT
  building,
  max(coalesce(campus, '')) AS campus,
  CAST(hour_start_at AS DATE) AS day,
  CAST(extract(HOUR FROM hour_start_at) AS BIGINT) AS hour,
  CAST(sum(entries) AS BIGINT) AS entries,
  CAST(sum(coalesce(exits, 0)) AS BIGINT) AS exits
FROM raw.visit_counts
GROUP BY building, CAST(hour_start_at AS DATE), CAST(extract(HOUR FROM hour_start_at) AS BIGINT)
