/*
id: event_month
title: {zh: 活动的到场与结业, en: Attendance of events}
description:
  zh: 每月每项服务办了几场、多少人报名、到场与结业。一组背后的人数取其中报名最多的一场。
  en: >-
    Events of each service by month, with enrolled, attended and completed. The persons behind a group are those
    of its largest event, for who comes to two is one person.
grain: {zh: 一月一项服务一行, en: one row per month and service}
data_class: operations
key: [month, service]
headcount: persons
columns:
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  persons: {type: BIGINT, class: 2, title: {zh: 人数, en: Persons}, unit: 人}
  events: {type: BIGINT, class: 2, title: {zh: 场次, en: Events}, unit: 场}
  enrolled: {type: BIGINT, class: 2, title: {zh: 报名, en: Enrolled}, unit: 人次}
  attended: {type: BIGINT, class: 2, title: {zh: 到场, en: Attended}, unit: 人次}
  completed: {type: BIGINT, class: 2, title: {zh: 结业, en: Completed}, unit: 人次}
*/
SELECT
  month,
  year,
  service,
  max(enrolled) AS persons,
  count(*) AS events,
  sum(enrolled) AS enrolled,
  sum(attended) AS attended,
  sum(completed) AS completed
FROM conformed.event_result
-- Of a small event not even its part of a sum is told.
WHERE enrolled >= 5
GROUP BY month, year, service
