/*
id: case_fact
title: {zh: 服务单事实表, en: Case facts}
description:
  zh: >-
    每张服务单一行，连同读者类型与各项指标要数的：应答是否及时、是否按时、是否一次即成、有无返工、
    预约等了几天、是否取走、荐购是否采纳、是否违约。不适用的为空。
  en: >-
    Each case with the kind of its reader and what the indicators count, which is whether it was answered
    and finished in time, filled at the first try, returned, how many days a hold waited and whether it was
    collected, whether a suggestion was bought, whether a booking was kept. Empty where it does not apply.
grain: {zh: 一张服务单一行, en: one row per case}
data_class: behaviour
key: [case_id]
person: reader_key
counted_by: person_key
columns:
  case_id: {type: VARCHAR, class: 2, title: {zh: 事项号, en: Case id}}
  reader_key: {type: VARCHAR, class: 3, title: {zh: 读者假名, en: Reader pseudonym}}
  person_key: {type: VARCHAR, class: 3, title: {zh: 所属的人, en: Person}}
  audience: {type: VARCHAR, class: 2, title: {zh: 读者类型, en: Reader kind}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  opened_month: {type: VARCHAR, class: 2, title: {zh: 提出月份, en: Month opened}}
  closed_month: {type: VARCHAR, class: 2, title: {zh: 办结月份, en: Month closed}}
  ending: {type: VARCHAR, class: 2, title: {zh: 结局, en: Ending}}
  answered_ok: {type: BIGINT, class: 2, title: {zh: 应答及时, en: Answered in time}}
  finished_ok: {type: BIGINT, class: 2, title: {zh: 按时完成, en: Finished in time}}
  hours: {type: DOUBLE, class: 2, title: {zh: 办理时长, en: Hours}, unit: h}
  rating: {type: BIGINT, class: 2, title: {zh: 评分, en: Rating}, unit: 分}
  first_try: {type: BIGINT, class: 2, title: {zh: 一次即成, en: Filled at the first try}}
  reworked: {type: BIGINT, class: 2, title: {zh: 返工, en: Reworked}}
  wait_days: {type: DOUBLE, class: 2, title: {zh: 预约等待天数, en: Days a hold waited}, unit: 天}
  not_picked_up: {type: BIGINT, class: 2, title: {zh: 逾期未取, en: Not picked up}}
  adopted: {type: BIGINT, class: 2, title: {zh: 荐购采纳, en: Suggestion bought}}
  no_show: {type: BIGINT, class: 2, title: {zh: 违约, en: No-show}}
*/
-- An answer not given yet counts against a service once its time is over by the newest row.
WITH known AS (
  SELECT max(coalesce(closed_at, opened_at)) AS until FROM conformed.reader_case
)

SELECT
  one.case_id,
  one.reader_key,
  coalesce(reader.person_key, one.reader_key) AS person_key,
  coalesce(reader.kind, '') AS audience,
  one.service,
  left(CAST(one.opened_at AS VARCHAR), 7) AS opened_month,
  coalesce(left(CAST(one.closed_at AS VARCHAR), 7), '') AS closed_month,
  one.ending,
  CASE
    WHEN one.answer_due_at IS NULL THEN NULL
    WHEN one.answered_at <= one.answer_due_at THEN 1
    WHEN one.answered_at IS NULL AND one.closed_at <= one.answer_due_at THEN NULL
    WHEN one.answered_at IS NULL AND one.answer_due_at > known.until THEN NULL
    ELSE 0
  END AS answered_ok,
  CASE WHEN one.in_time IS NULL OR one.ending = 'withdrawn' THEN NULL WHEN one.in_time THEN 1 ELSE 0
  END AS finished_ok,
  CASE WHEN one.ending = 'success' THEN one.hours END AS hours,
  one.rating,
  CASE
    WHEN one.ending NOT IN ('success', 'failure') THEN NULL
    WHEN one.ending = 'success' AND one.tries = 1 AND one.returns = 0 THEN 1
    ELSE 0
  END AS first_try,
  CASE WHEN one.delivered_at IS NULL THEN NULL WHEN one.returns > 0 THEN 1 ELSE 0 END AS reworked,
  CASE
    WHEN one.flow = 'hold' AND one.delivered_at IS NOT NULL
      THEN CAST(
        CAST(one.delivered_at AS DATE) - CAST(one.opened_at AS DATE) AS DOUBLE)
  END AS wait_days,
  CASE
    WHEN one.flow <> 'hold' THEN NULL
    WHEN one.state = 'expired' THEN 1
    WHEN one.state = 'collected' THEN 0
  END AS not_picked_up,
  CASE
    WHEN one.flow <> 'purchase' OR one.state = 'suggested' THEN NULL
    WHEN one.state = 'rejected' THEN 0
    ELSE 1
  END AS adopted,
  CASE
    WHEN one.flow <> 'booking' OR one.ending = '' THEN NULL
    WHEN one.state = 'no_show' THEN 1
    ELSE 0
  END AS no_show
FROM conformed.reader_case AS one
CROSS JOIN known
LEFT JOIN conformed.reader AS reader ON reader.reader_key = one.reader_key
