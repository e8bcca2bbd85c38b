/*
id: place_occupancy
title: {zh: 座位与空间的开放时间利用, en: How much of the open hours of seats and rooms was used}
description:
  zh: 每月每区可约的座位或房间共开放多少小时，其中约了、用了多少。开放小时 = 可约数 × 当月该区开放的小时（馆舍的校历时间与区域自己的时间取交集）。没过完的月份、整月闭馆的、校历没写全开放时间的月份、有人约而不足 5 人的区不列。
  en: "Of each month and zone: the hours its seats or rooms were open, and of them those booked and used. Open hours are the places times the hours the zone was open in the month, its own hours within those of the building on the calendar. Months that are not over, months closed throughout, months whose opening hours the calendar does not say to the end, and zones booked by one to four readers are left out."
grain: {zh: 一月一项服务一区一行, en: "one row per month, service and zone"}
data_class: operations
key: [month, service, zone_id]
headcount: persons
columns:
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  kind: {type: VARCHAR, class: 2, title: {zh: 种类（rooms 空间、seats 座位）, en: Kind (rooms or seats)}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  building: {type: VARCHAR, class: 2, title: {zh: 馆舍, en: Building}}
  zone_id: {type: VARCHAR, class: 2, title: {zh: 区域编号, en: Zone id}}
  zone: {type: VARCHAR, class: 2, title: {zh: 区域, en: Zone}}
  places: {type: BIGINT, class: 2, title: {zh: 可约数, en: Places}, unit: 个}
  persons: {type: BIGINT, class: 2, title: {zh: 人数, en: Persons}, unit: 人}
  open_hours: {type: DOUBLE, class: 2, title: {zh: 开放小时, en: Hours open}, unit: h}
  booked_hours: {type: DOUBLE, class: 2, title: {zh: 预约小时, en: Hours booked}, unit: h}
  used_hours: {type: DOUBLE, class: 2, title: {zh: 使用小时, en: Hours used}, unit: h}
*/
WITH zones AS (
  SELECT
    zone_id,
    campus,
    building,
    title,
    try_cast(split_part(opens_at, ':', 1) AS BIGINT) * 60
    + try_cast(split_part(opens_at, ':', 2) AS BIGINT) AS from_minute,
    try_cast(split_part(closes_at, ':', 1) AS BIGINT) * 60
    + try_cast(split_part(closes_at, ':', 2) AS BIGINT) AS to_minute
  FROM conformed.seat_zone
),

-- A zone without both hours of its own has those of its building.
days AS (
  SELECT
    zones.zone_id,
    opening.month,
    opening.open_minutes,
    CASE
      WHEN zones.from_minute IS NULL OR zones.to_minute IS NULL THEN opening.open_minutes
      ELSE
        least(opening.closes_minute, zones.to_minute)
        - greatest(opening.opens_minute, zones.from_minute)
    END AS minutes
  FROM zones
  INNER JOIN conformed.opening_day AS opening ON opening.building = zones.building
),

months AS (
  SELECT
    zone_id,
    month,
    CAST(sum(greatest(minutes, 0)) AS BIGINT) AS minutes,
    sum(CASE WHEN open_minutes IS NULL THEN 1 ELSE 0 END) AS unknown_days
  FROM days
  GROUP BY zone_id, month
),

-- A month is over when something of a later one was told.
newest AS (
  SELECT left(CAST(max(told_on) AS VARCHAR), 7) AS month
  FROM conformed.place_month
)

SELECT
  told.month,
  CAST(left(told.month, 4) AS BIGINT) AS year,
  told.service,
  told.kind,
  coalesce(zones.campus, '') AS campus,
  coalesce(zones.building, '') AS building,
  told.zone_id,
  coalesce(zones.title, told.zone_id) AS zone,
  told.places,
  told.persons,
  CAST(told.places * months.minutes AS DOUBLE) / 60 AS open_hours,
  told.booked_hours,
  told.used_hours
FROM conformed.place_month AS told
INNER JOIN zones ON zones.zone_id = told.zone_id
INNER JOIN months ON months.zone_id = told.zone_id AND months.month = told.month
CROSS JOIN newest
WHERE
  told.persons IS NOT NULL
  AND told.booked_hours IS NOT NULL
  AND told.used_hours IS NOT NULL
  AND months.unknown_days = 0
  AND months.minutes > 0
  AND told.month < newest.month
