/*
id: place_month
title: {zh: 座位与空间的月使用, en: Use of seats and rooms by month}
description:
  zh: 每月每项服务每个区：可约的座位或房间数，开放时间内约了、用了多少小时；有人约而不足 5 人的留空，并且不显示。
  en: "Of each month, service and zone: places that can be booked, hours of opening booked and used; left empty, and hidden, where one to four readers booked."
grain: {zh: 一月一项服务一区一行, en: "one row per month, service and zone"}
data_class: operations
key: [month, service, zone_id]
headcount: persons
columns:
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  zone_id: {type: VARCHAR, class: 2, title: {zh: 区域编号, en: Zone id}}
  kind: {type: VARCHAR, class: 2, title: {zh: 种类（rooms 空间、seats 座位）, en: Kind (rooms or seats)}}
  building: {type: VARCHAR, class: 2, title: {zh: 馆舍, en: Building}}
  places: {type: BIGINT, class: 2, title: {zh: 可约数, en: Places}, unit: 个}
  persons: {type: BIGINT, class: 2, title: {zh: 人数, en: Persons}, unit: 人}
  booked_hours: {type: DOUBLE, class: 2, title: {zh: 预约小时, en: Hours booked}, unit: h}
  used_hours: {type: DOUBLE, class: 2, title: {zh: 使用小时, en: Hours used}, unit: h}
  told_on: {type: DATE, class: 2, title: {zh: 汇总日期, en: Summed on}}
*/
SELECT
  left(CAST(month_from AS VARCHAR), 7) AS month,
  service,
  zone_id,
  kind,
  coalesce(building, '') AS building,
  places,
  persons,
  booked_hours,
  used_hours,
  told_on
FROM raw.place_months
