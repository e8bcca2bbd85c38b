/*
id: service_case
title: {zh: 服务事项, en: Service cases}
description:
  zh: 每件服务事项与它用了多久：其他系统报来的，和本平台的服务单（不记是谁的）。
  en: "Each case of a service and how long it took: those other systems report, and our own, without whose."
grain: {zh: 一件事项一行, en: one row per case}
data_class: operations
key: [case_id]
columns:
  case_id: {type: VARCHAR, class: 2, title: {zh: 事项号, en: Case id}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  opened_at: {type: TIMESTAMP, class: 2, title: {zh: 受理时间, en: Opened at}}
  closed_at: {type: TIMESTAMP, class: 2, title: {zh: 办结时间, en: Closed at}}
  day: {type: DATE, class: 2, title: {zh: 受理日期, en: Day}}
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  hours_open: {type: DOUBLE, class: 2, title: {zh: 用时, en: Hours open}, unit: 小时}
  is_open: {type: BOOLEAN, class: 2, title: {zh: 未办结, en: Still open}}
  is_own: {type: BOOLEAN, class: 2, title: {zh: 本平台服务单, en: Opened here}}
  channel: {type: VARCHAR, class: 2, title: {zh: 渠道, en: Channel}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  outcome: {type: VARCHAR, class: 2, title: {zh: 结果, en: Outcome}}
*/
WITH every_case AS (
  SELECT
    other.case_id, other.service, other.opened_at, other.closed_at, FALSE AS is_own, other.channel,
    other.campus, other.outcome
  FROM raw.service_cases AS other
  LEFT JOIN raw.reader_cases AS own ON own.case_id = other.case_id
  WHERE own.case_id IS NULL
  UNION ALL
  SELECT
    case_id, service, opened_at, closed_at, TRUE AS is_own, channel, campus,
    CASE ending WHEN 'success' THEN '办结' WHEN 'failure' THEN '未能办理' WHEN 'withdrawn' THEN '撤回'
    END AS outcome
  FROM raw.reader_cases
)

SELECT
  case_id,
  service,
  opened_at,
  closed_at,
  CAST(opened_at AS DATE) AS day,
  left(CAST(opened_at AS VARCHAR), 7) AS month,
  CAST(
    (CAST(closed_at AS DATE) - CAST(opened_at AS DATE)) * 24
    + extract(HOUR FROM closed_at) - extract(HOUR FROM opened_at)
    + (extract(MINUTE FROM closed_at) - extract(MINUTE FROM opened_at)) / 60.0
    AS DOUBLE) AS hours_open,
  closed_at IS NULL AS is_open,
  is_own,
  coalesce(channel, '') AS channel,
  coalesce(campus, '') AS campus,
  coalesce(outcome, '') AS outcome
FROM every_case
