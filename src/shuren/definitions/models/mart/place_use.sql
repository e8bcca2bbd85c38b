/*
id: place_use
title: {zh: 座位与空间的使用时段, en: When seats and rooms are used}
description:
  zh: 每月每个座位区或房间每个钟点的预约、使用小时与违约，带区名与校区。
  en: Bookings, hours used and no-shows of each zone of seats or room by month and hour, with names and campus.
grain: {zh: 一月一处一个钟点一行, en: "one row per month, place and hour"}
data_class: operations
key: [month, service, zone_id, room, hour]
headcount: persons
columns:
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  building: {type: VARCHAR, class: 2, title: {zh: 馆舍, en: Building}}
  zone_id: {type: VARCHAR, class: 2, title: {zh: 区域编号, en: Zone id}}
  room: {type: VARCHAR, class: 2, title: {zh: 房间, en: Room}}
  place: {type: VARCHAR, class: 2, title: {zh: 座位区或房间, en: Zone or room}}
  hour: {type: BIGINT, class: 2, title: {zh: 钟点, en: Hour}}
  persons: {type: BIGINT, class: 2, title: {zh: 人数, en: Persons}, unit: 人}
  bookings: {type: BIGINT, class: 2, title: {zh: 开始的预约, en: Bookings begun}, unit: 次}
  no_shows: {type: BIGINT, class: 2, title: {zh: 违约, en: No-shows}, unit: 次}
  booked_hours: {type: DOUBLE, class: 2, title: {zh: 预约小时, en: Hours booked}, unit: h}
  used_hours: {type: DOUBLE, class: 2, title: {zh: 使用小时, en: Hours used}, unit: h}
*/
SELECT
  hours.month,
  CAST(left(hours.month, 4) AS BIGINT) AS year,
  hours.service,
  coalesce(zone.campus, '') AS campus,
  hours.building,
  hours.zone_id,
  hours.room,
  CASE WHEN hours.room <> '' THEN hours.room ELSE coalesce(zone.title, hours.zone_id) END AS place,
  hours.hour,
  hours.persons,
  hours.bookings,
  hours.no_shows,
  hours.booked_hours,
  hours.used_hours
FROM conformed.place_hour AS hours
LEFT JOIN conformed.seat_zone AS zone ON zone.zone_id = hours.zone_id
