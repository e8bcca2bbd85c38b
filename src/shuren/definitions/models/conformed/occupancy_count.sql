/*
id: occupancy_count
title: {zh: 上座计数, en: Occupancy counts}
description:
  zh: 每个座位区每小时占用的座位，计数器直接给出的。
  en: "Seats taken in each zone by the hour, as the counters gave them."
grain: {zh: 一个区域一小时一行, en: one row per zone and hour}
data_class: operations
key: [zone_id, day, hour]
public: true
columns:
  zone_id: {type: VARCHAR, class: 1, title: {zh: 区域编号, en: Zone id}}
  day: {type: DATE, class: 1, title: {zh: 日期, en: Day}}
  hour: {type: BIGINT, class: 1, title: {zh: 钟点, en: Hour}}
  occupied: {type: BIGINT, class: 1, title: {zh: 占用座位, en: Seats taken}, unit: 个}
*/
SELECT
  zone_id,
  CAST(hour_start_at AS DATE) AS day,
  CAST(extract(HOUR FROM hour_start_at) AS BIGINT) AS hour,
  CAST(max(occupied) AS BIGINT) AS occupied
FROM raw.occupancy_counts
GROUP BY zone_id, CAST(hour_start_at AS DATE), CAST(extract(HOUR FROM hour_start_at) AS BIGINT)
