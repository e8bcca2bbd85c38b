/*
id: occupancy_hour
title: {zh: 每小时上座, en: Occupancy by the hour}
description:
  zh: 每个座位区每小时平均与最多占用的座位：由座位事件按时间积分；没有事件的日子用计数器的数字。
  en: "Seats taken in each zone by the hour, mean and most, integrated over time from seat events; from counters on days without events."
grain: {zh: 一个区域一小时一行, en: one row per zone and hour}
data_class: operations
key: [zone_id, day, hour]
public: true
columns:
  day: {type: DATE, class: 1, title: {zh: 日期, en: Day}}
  hour: {type: BIGINT, class: 1, title: {zh: 钟点, en: Hour}}
  weekday: {type: BIGINT, class: 1, title: {zh: 星期（1 为周一，校历之外为 0）, en: Weekday (1 is Monday; 0 outside the calendar)}}
  month: {type: VARCHAR, class: 1, title: {zh: 月份, en: Month}}
  year: {type: BIGINT, class: 1, title: {zh: 年份, en: Year}}
  week_kind: {type: VARCHAR, class: 1, title: {zh: 周次性质, en: Kind of week}}
  campus: {type: VARCHAR, class: 1, title: {zh: 校区, en: Campus}}
  building: {type: VARCHAR, class: 1, title: {zh: 馆舍, en: Building}}
  floor: {type: BIGINT, class: 1, title: {zh: 楼层, en: Floor}}
  zone_id: {type: VARCHAR, class: 1, title: {zh: 区域编号, en: Zone id}}
  zone: {type: VARCHAR, class: 1, title: {zh: 区域, en: Zone}}
  seats: {type: BIGINT, class: 1, title: {zh: 座位数, en: Seats}, unit: 个}
  occupied_mean: {type: DOUBLE, class: 1, title: {zh: 平均占用, en: Taken on average}, unit: 个}
  occupied_max: {type: BIGINT, class: 1, title: {zh: 最多占用, en: Most taken}, unit: 个}
*/
WITH events AS (
  SELECT
    event.event_id,
    event.zone_id,
    event.seat_no,
    event.day,
    -- Where it is closed at midnight every seat is free then, whatever was not reported.
    CASE WHEN zone.closes_at = '24:00' THEN DATE '2000-01-01' ELSE event.day END AS begun,
    CASE WHEN event.state = 'occupied' THEN 1 ELSE 0 END AS taken,
    date_diff('second', CAST(event.day AS TIMESTAMP), event.changed_at) AS second
  FROM conformed.seat_event AS event
  LEFT JOIN conformed.seat_zone AS zone ON zone.zone_id = event.zone_id
),

-- A seat that is reported taken twice is taken once.
changes AS (
  SELECT
    zone_id,
    begun,
    day,
    second,
    taken - coalesce(lag(taken) OVER (
      PARTITION BY zone_id, seat_no, begun ORDER BY day, second, event_id
    ), 0) AS change
  FROM events
),

event_days AS (SELECT DISTINCT zone_id, day, begun FROM events),

-- Of the day that is still going on there is nothing to say beyond the newest event.
newest AS (
  SELECT
    max(day) AS day,
    date_diff('second', CAST(max(day) AS TIMESTAMP), max(changed_at)) AS second
  FROM conformed.seat_event
),

full_hours AS (
  SELECT number * 3600 AS second
  FROM (VALUES
    (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11),
    (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23)
  ) AS listed(number)
),

-- Nothing changes at a full hour, but the sum over an hour begins there.
points AS (
  SELECT zone_id, day, begun, second, change FROM changes
  UNION ALL
  SELECT event_days.zone_id, event_days.day, event_days.begun, full_hours.second, 0 AS change
  FROM event_days CROSS JOIN full_hours CROSS JOIN newest
  WHERE event_days.day < newest.day OR full_hours.second <= newest.second
),

moments AS (
  SELECT zone_id, day, begun, second, sum(change) AS change
  FROM points
  GROUP BY zone_id, day, begun, second
),

levels AS (
  SELECT
    moments.zone_id,
    moments.day,
    CAST(floor(moments.second / 3600.0) AS BIGINT) AS hour,
    sum(moments.change) OVER (
      PARTITION BY moments.zone_id, moments.begun ORDER BY moments.day, moments.second
    ) AS occupied,
    coalesce(
      lead(moments.second) OVER (
        PARTITION BY moments.zone_id, moments.day ORDER BY moments.second
      ),
      CASE WHEN moments.day < newest.day THEN 86400 ELSE newest.second END
    ) - moments.second AS lasted
  FROM moments CROSS JOIN newest
),

integrated AS (
  SELECT
    zone_id,
    day,
    hour,
    sum(occupied * lasted) / CAST(sum(lasted) AS DOUBLE) AS occupied_mean,
    max(occupied) AS occupied_max
  FROM levels
  GROUP BY zone_id, day, hour
  HAVING sum(lasted) > 0
),

counted AS (
  SELECT
    counts.zone_id,
    counts.day,
    counts.hour,
    CAST(counts.occupied AS DOUBLE) AS occupied_mean,
    counts.occupied AS occupied_max
  FROM conformed.occupancy_count AS counts
  LEFT JOIN event_days
    ON event_days.zone_id = counts.zone_id AND event_days.day = counts.day
  WHERE event_days.day IS NULL
),

hours AS (
  SELECT * FROM integrated
  UNION ALL
  SELECT * FROM counted
)

SELECT
  hours.day,
  hours.hour,
  coalesce(calendar.weekday, 0) AS weekday,
  left(CAST(hours.day AS VARCHAR), 7) AS month,
  year(hours.day) AS year,
  coalesce(calendar.week_kind, '') AS week_kind,
  coalesce(zone.campus, '') AS campus,
  coalesce(zone.building, '') AS building,
  zone.floor,
  hours.zone_id,
  coalesce(zone.title, hours.zone_id) AS zone,
  zone.seats,
  hours.occupied_mean,
  hours.occupied_max
FROM hours
LEFT JOIN conformed.seat_zone AS zone ON zone.zone_id = hours.zone_id
LEFT JOIN conformed.calendar_day AS calendar ON calendar.day = hours.day
