/*
id: training_session
title: {zh: 培训场次, en: Training sessions}
description:
  zh: >-
    每场培训的对象、时长与人次。
  en: >-
    Each session with its audience, hours and attendances.
grain: {zh: 一场培训一行, en: one row per session}
data_class: operations
key: [session_id]
headcount: attended
columns:
  session_id: {type: VARCHAR, class: 2, title: {zh: 场次编号, en: Session number}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  held_on: {type: DATE, class: 2, title: {zh: 日期, en: Held on}}
  audience: {type: VARCHAR, class: 2, title: {zh: 对象, en: Audience}}
  topic: {type: VARCHAR, class: 2, title: {zh: 主题, en: Topic}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  hours: {type: DOUBLE, class: 2, title: {zh: 时长, en: Hours}, unit: h}
  attended: {type: BIGINT, class: 2, title: {zh: 人次, en: Attendances}, unit: 人次}
*/
SELECT
  session_id,
  CAST(year(held_on) AS BIGINT) AS year,
  left(CAST(held_on AS VARCHAR), 7) AS month,
  held_on,
  audience,
  coalesce(topic, '') AS topic,
  coalesce(campus, '') AS campus,
  hours,
  attended
FROM raw.training_sessions
