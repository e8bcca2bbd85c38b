/*
id: shift_month
title: {zh: 志愿者值班时长, en: Hours of volunteers}
description:
  zh: 每月每项服务的值班人数、人次、缺勤与小时，由班次在本平台汇总而来；人数不足 5 的组不显示。
  en: People, turns worked and missed, and hours of each month and service, summed from our own shifts; groups of fewer than five persons are hidden.
grain: {zh: 一月一项服务一行, en: "one row per month and service"}
data_class: operations
value: {zh: 志愿服务的统计与排班, en: "What volunteers do, and how many are needed"}
key: [month, service]
headcount: persons
columns:
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  persons: {type: BIGINT, class: 2, title: {zh: 人数, en: Persons}, unit: 人}
  turns: {type: BIGINT, class: 2, title: {zh: 值完的人次, en: Turns worked}, unit: 人次}
  missed: {type: BIGINT, class: 2, title: {zh: 缺勤的人次, en: Turns missed}, unit: 人次}
  hours: {type: DOUBLE, class: 2, title: {zh: 小时, en: Hours}, unit: h}
*/
SELECT
  left(CAST(month_from AS VARCHAR), 7) AS month,
  year(month_from) AS year,
  service,
  persons,
  turns,
  missed,
  hours
FROM raw.shift_hours
