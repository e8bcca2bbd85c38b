/*
id: zone_now
title: {zh: 座位区此刻, en: Zones now}
description:
  zh: >-
    每个座位区此刻的占用与空闲，读取时计算：快照里每个座位的最近状态，加上快照之后到达的座位事件；
    没有事件的区域用计数器最近一次的数。没有任何数据的区域占用为空，不是零。
  en: >-
    Seats taken and free in each zone, worked out when it is read: the last state of each seat in the
    snapshot and the events that landed since; where the counters spoke later, their last count.
    A zone nothing is known of is empty, not zero.
grain: {zh: 一个座位区一行, en: one row per zone}
data_class: operations
key: [zone_id]
public: true
materialised: false
columns:
  zone_id: {type: VARCHAR, class: 1, title: {zh: 区域编号, en: Zone id}}
  campus: {type: VARCHAR, class: 1, title: {zh: 校区, en: Campus}}
  building: {type: VARCHAR, class: 1, title: {zh: 馆舍, en: Building}}
  floor: {type: BIGINT, class: 1, title: {zh: 楼层, en: Floor}}
  zone: {type: VARCHAR, class: 1, title: {zh: 区域, en: Zone}}
  zone_en: {type: VARCHAR, class: 1, title: {zh: 英文名称, en: Zone in English}}
  seats: {type: BIGINT, class: 1, title: {zh: 座位数, en: Seats}, unit: 个}
  occupied: {type: BIGINT, class: 1, title: {zh: 占用, en: Taken}, unit: 个}
  free: {type: BIGINT, class: 1, title: {zh: 空闲, en: Free}, unit: 个}
  as_of: {type: TIMESTAMP, class: 1, title: {zh: 截至, en: As of}}
*/
WITH told AS (
  SELECT zone_id, seat_no, is_occupied, changed_at, '' AS event_id FROM mart.seat_state
  UNION ALL
  SELECT zone_id, seat_no, state = 'occupied' AS is_occupied, changed_at, event_id
  FROM raw.seat_events
),

ordered AS (
  SELECT
    zone_id,
    is_occupied,
    changed_at,
    row_number() OVER (
      PARTITION BY zone_id, seat_no ORDER BY changed_at DESC, event_id DESC
    ) AS place
  FROM told
),

by_seats AS (
  SELECT
    zone_id,
    sum(CASE WHEN is_occupied THEN 1 ELSE 0 END) AS occupied,
    max(changed_at) AS as_of,
    1 AS preferred
  FROM ordered
  WHERE place = 1
  GROUP BY zone_id
),

by_counters AS (
  SELECT zone_id, occupied, counted_at AS as_of, 2 AS preferred FROM mart.zone_count
  UNION ALL
  SELECT zone_id, occupied, hour_start_at AS as_of, 2 AS preferred FROM raw.occupancy_counts
),

ranked AS (
  SELECT
    zone_id,
    occupied,
    as_of,
    row_number() OVER (
      PARTITION BY zone_id ORDER BY as_of DESC, preferred, occupied DESC
    ) AS place
  FROM (SELECT * FROM by_seats UNION ALL SELECT * FROM by_counters) AS both
),

-- More seats may report than a zone is said to have.
known AS (
  SELECT
    ranked.zone_id,
    CASE WHEN ranked.occupied > zone.seats THEN zone.seats ELSE ranked.occupied END AS occupied,
    ranked.as_of
  FROM ranked
  INNER JOIN conformed.seat_zone AS zone ON zone.zone_id = ranked.zone_id
  WHERE ranked.place = 1
)

SELECT
  zone.zone_id,
  zone.campus,
  zone.building,
  zone.floor,
  zone.title AS zone,
  zone.title_en AS zone_en,
  zone.seats,
  known.occupied,
  zone.seats - known.occupied AS free,
  known.as_of
FROM conformed.seat_zone AS zone
LEFT JOIN known ON known.zone_id = zone.zone_id
