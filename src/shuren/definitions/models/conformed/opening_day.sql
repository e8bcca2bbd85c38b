/*
id: opening_day
title: {zh: 各馆每日开放时间, en: Opening hours by building and day}
description:
  zh: 校历里每座馆每一天的开放时间：学期、假期、节假日与闭馆日都已算入。闭馆为 0 分钟；校历没写的日子留空，不猜。
  en: "From when to when each building of the library's calendar is open on each day, with terms, breaks, holidays and closed days. A closed day has 0 minutes; a day the calendar does not speak of is left empty, not guessed."
grain: {zh: 一馆一天一行, en: one row per building and day}
data_class: operations
owner: 综合办公室 General office
key: [day, building]
public: true
columns:
  day: {type: DATE, class: 1, title: {zh: 日期, en: Day}}
  month: {type: VARCHAR, class: 1, title: {zh: 月, en: Month}}
  campus: {type: VARCHAR, class: 1, title: {zh: 校区, en: Campus}}
  building: {type: VARCHAR, class: 1, title: {zh: 馆舍, en: Building}}
  is_open: {type: BOOLEAN, class: 1, title: {zh: 开馆, en: Open}}
  opens_minute: {type: BIGINT, class: 1, title: {zh: 开馆时刻（零点起的分钟）, en: Opens (minutes from midnight)}, unit: min}
  closes_minute: {type: BIGINT, class: 1, title: {zh: 闭馆时刻（零点起的分钟）, en: Closes (minutes from midnight)}, unit: min}
  open_minutes: {type: BIGINT, class: 1, title: {zh: 开放分钟, en: Minutes open}, unit: min}
*/
SELECT
  day,
  left(CAST(day AS VARCHAR), 7) AS month,
  campus,
  building,
  is_open,
  opens_minute,
  closes_minute,
  CASE
    WHEN closes_minute >= opens_minute THEN closes_minute - opens_minute
    WHEN closes_minute < opens_minute THEN 0
  END AS open_minutes
FROM calendar.hours
