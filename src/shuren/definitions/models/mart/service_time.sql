/*
id: service_time
title: {zh: 服务用时, en: Time services take}
description:
  zh: >-
    每个已办结事项从受理到办结的分钟数。
  en: >-
    Minutes from opening to closing of each closed case.
grain: {zh: 一个事项一行, en: one row per closed case}
data_class: operations
key: [case_id]
columns:
  case_id: {type: VARCHAR, class: 2, title: {zh: 事项号, en: Case id}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  channel: {type: VARCHAR, class: 2, title: {zh: 渠道, en: Channel}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  minutes: {type: DOUBLE, class: 2, title: {zh: 分钟, en: Minutes}, unit: min}
*/
SELECT
  case_id,
  CAST(year(opened_at) AS BIGINT) AS year,
  month,
  service,
  channel,
  campus,
  hours_open * 60 AS minutes
FROM conformed.service_case
WHERE closed_at IS NOT NULL
