/*
id: place_hour
title: {zh: 座位与空间的使用, en: Use of seats and rooms}
description:
  zh: 每月每处每个钟点的预约、使用小时与违约，由预约在本平台汇总而来；人数不足 5 的组不显示。
  en: Bookings, hours used and no-shows of each month, place and hour, summed from our own bookings; groups of fewer than five persons are hidden.
grain: {zh: 一月一处一个钟点一行, en: "one row per month, place and hour"}
data_class: operations
key: [month, service, zone_id, room, hour]
headcount: persons
columns:
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  zone_id: {type: VARCHAR, class: 2, title: {zh: 区域编号, en: Zone id}}
  room: {type: VARCHAR, class: 2, title: {zh: 房间, en: Room}}
  hour: {type: BIGINT, class: 2, title: {zh: 钟点, en: Hour}}
  building: {type: VARCHAR, class: 2, title: {zh: 馆舍, en: Building}}
  persons: {type: BIGINT, class: 2, title: {zh: 人数, en: Persons}, unit: 人}
  bookings: {type: BIGINT, class: 2, title: {zh: 开始的预约, en: Bookings begun}, unit: 次}
  no_shows: {type: BIGINT, class: 2, title: {zh: 违约, en: No-shows}, unit: 次}
  booked_hours: {type: DOUBLE, class: 2, title: {zh: 预约小时, en: Hours booked}, unit: h}
  used_hours: {type: DOUBLE, class: 2, title: {zh: 使用小时, en: Hours used}, unit: h}
*/
SELECT
  left(CAST(month_from AS VARCHAR), 7) AS month,
  service,
  zone_id,
  CASE WHEN room = '-' THEN '' ELSE room END AS room,
  hour,
  coalesce(building, '') AS building,
  persons,
  bookings,
  no_shows,
  booked_hours,
  used_hours
FROM raw.place_hours
