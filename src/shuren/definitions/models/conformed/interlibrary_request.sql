/*
id: interlibrary_request
title: {zh: 馆际互借与文献传递, en: Interlibrary requests}
description:
  zh: >-
    每个申请，连同申请人的类型与校区、是否满足、小时数；馆外申请没有读者。
  en: >-
    Each request with the asker's kind and campus, whether it was filled and in how many hours; requests of other libraries have no reader.
grain: {zh: 一个申请一行, en: one row per request}
data_class: behaviour
key: [request_id]
person: reader_key
columns:
  request_id: {type: VARCHAR, class: 2, title: {zh: 申请号, en: Request number}}
  reader_key: {type: VARCHAR, class: 3, title: {zh: 读者假名, en: Reader pseudonym}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  reader_kind: {type: VARCHAR, class: 2, title: {zh: 读者类型, en: Reader kind}}
  college: {type: VARCHAR, class: 2, title: {zh: 学院, en: College}}
  direction: {type: VARCHAR, class: 2, title: {zh: 方向, en: Direction}}
  form: {type: VARCHAR, class: 2, title: {zh: 形式, en: Form}}
  requested_at: {type: TIMESTAMP, class: 2, title: {zh: 申请时间, en: Asked at}}
  filled_at: {type: TIMESTAMP, class: 2, title: {zh: 完成时间, en: Filled at}}
  outcome: {type: VARCHAR, class: 2, title: {zh: 结果, en: Outcome}}
  is_filled: {type: BIGINT, class: 2, title: {zh: 满足为 1, en: 1 if filled}}
  is_decided: {type: BIGINT, class: 2, title: {zh: 已有结果为 1, en: 1 if decided}}
  hours: {type: DOUBLE, class: 2, title: {zh: 小时数, en: Hours}, unit: h}
*/
SELECT
  requests.request_id,
  -- Other libraries that ask us are no readers; each of their requests stands for itself.
  coalesce(nullif(requests.reader_id, ''), concat('library ', requests.request_id)) AS reader_key,
  CAST(year(requests.requested_at) AS BIGINT) AS year,
  left(CAST(requests.requested_at AS VARCHAR), 7) AS month,
  coalesce(reader.campus, '') AS campus,
  coalesce(reader.kind, '') AS reader_kind,
  coalesce(reader.college, '') AS college,
  requests.direction,
  coalesce(requests.form, '') AS form,
  requests.requested_at,
  requests.filled_at,
  requests.outcome,
  CASE WHEN requests.outcome = 'filled' THEN 1 ELSE 0 END AS is_filled,
  CASE WHEN requests.outcome = 'open' THEN 0 ELSE 1 END AS is_decided,
  CAST(
    CAST(CAST(requests.filled_at AS DATE) - CAST(requests.requested_at AS DATE) AS BIGINT) * 24
    + extract(HOUR FROM requests.filled_at) - extract(HOUR FROM requests.requested_at)
    + (extract(MINUTE FROM requests.filled_at) - extract(MINUTE FROM requests.requested_at)) / CAST(60 AS DOUBLE)
    AS DOUBLE) AS hours
FROM raw.interlibrary_requests AS requests
LEFT JOIN conformed.reader AS reader ON reader.reader_key = requests.reader_id
