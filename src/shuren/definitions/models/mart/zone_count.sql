/*
id: zone_count
title: {zh: 区域最近计数, en: Last count of zones}
description:
  zh: 每个座位区计数器最近一次给出的占用数，截至快照。
  en: The last count of seats taken that a counter gave for each zone before the snapshot.
grain: {zh: 一个区域一行, en: one row per zone}
data_class: operations
key: [zone_id]
public: true
columns:
  zone_id: {type: VARCHAR, class: 1, title: {zh: 区域编号, en: Zone id}}
  occupied: {type: BIGINT, class: 1, title: {zh: 占用座位, en: Seats taken}, unit: 个}
  counted_at: {type: TIMESTAMP, class: 1, title: {zh: 计数时间, en: Counted at}}
*/
WITH ordered AS (
  SELECT
    zone_id,
    occupied,
    hour_start_at,
    row_number() OVER (PARTITION BY zone_id ORDER BY hour_start_at DESC, occupied DESC) AS place
  FROM raw.occupancy_counts
)

SELECT zone_id, occupied, hour_start_at AS counted_at
FROM ordered
WHERE place = 1
