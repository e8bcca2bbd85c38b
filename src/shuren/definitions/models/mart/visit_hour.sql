/*
id: visit_hour
title: {zh: 每小时到馆, en: Visits by the hour}
description:
  zh: 每栋楼每小时进出人次；某楼某日有计数器数字时用计数器的，否则由门禁通行汇总。
  en: "Entries and exits of each building by the hour, from its counters on days that have them, else from gate events."
grain: {zh: 一栋楼一小时一行, en: one row per building and hour}
data_class: operations
key: [building, day, hour]
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
  entries: {type: BIGINT, class: 1, title: {zh: 进馆人次, en: Entries}, unit: 人次}
  exits: {type: BIGINT, class: 1, title: {zh: 出馆人次, en: Exits}, unit: 人次}
*/
WITH counted AS (
  SELECT day, hour, building, campus, entries, exits FROM conformed.visit_count
),

counted_days AS (SELECT DISTINCT building, day FROM counted),

passed AS (
  SELECT
    event.day,
    CAST(extract(HOUR FROM event.passed_at) AS BIGINT) AS hour,
    event.building,
    max(event.campus) AS campus,
    sum(CASE WHEN event.direction = 'in' THEN 1 ELSE 0 END) AS entries,
    sum(CASE WHEN event.direction = 'out' THEN 1 ELSE 0 END) AS exits
  FROM conformed.gate_event AS event
  LEFT JOIN counted_days
    ON counted_days.building = event.building AND counted_days.day = event.day
  WHERE counted_days.day IS NULL
  GROUP BY event.day, CAST(extract(HOUR FROM event.passed_at) AS BIGINT), event.building
),

hours AS (
  SELECT * FROM counted
  UNION ALL
  SELECT * FROM passed
)

SELECT
  hours.day,
  hours.hour,
  coalesce(calendar.weekday, 0) AS weekday,
  left(CAST(hours.day AS VARCHAR), 7) AS month,
  year(hours.day) AS year,
  coalesce(calendar.week_kind, '') AS week_kind,
  hours.campus,
  hours.building,
  hours.entries,
  hours.exits
FROM hours
LEFT JOIN conformed.calendar_day AS calendar ON calendar.day = hours.day
