/*
id: event_result
title: {zh: 活动的结果, en: What came of events}
description:
  zh: 每场办过的活动的报名、到场与结业人数；人数不足 5 的不显示。
  en: Enrolled, attended and completed of each event that was held; fewer than five are not shown.
grain: {zh: 一场活动一行, en: one row per event}
data_class: operations
key: [event_id]
headcount: enrolled
columns:
  event_id: {type: VARCHAR, class: 2, title: {zh: 活动号, en: Event id}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  meetings: {type: BIGINT, class: 2, title: {zh: 场数, en: Meetings}, unit: 场}
  places: {type: BIGINT, class: 2, title: {zh: 名额, en: Places}, unit: 个}
  enrolled: {type: BIGINT, class: 2, title: {zh: 报名, en: Enrolled}, unit: 人}
  attended: {type: BIGINT, class: 2, title: {zh: 到场, en: Attended}, unit: 人}
  completed: {type: BIGINT, class: 2, title: {zh: 结业, en: Completed}, unit: 人}
*/
SELECT
  event_id,
  service,
  left(CAST(held_at AS VARCHAR), 7) AS month,
  year(held_at) AS year,
  meetings,
  places,
  enrolled,
  attended,
  completed
FROM raw.event_results
