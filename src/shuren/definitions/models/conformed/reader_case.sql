/*
id: reader_case
title: {zh: 读者的服务单, en: Cases of readers}
description:
  zh: 本平台的每张服务单：谁提出哪项服务、四个阶段各在何时、怎样办结。不记所求的内容。
  en: "Each case opened here: who asked for which service, when the four stages were reached, how it ended. What was asked for is not in it."
grain: {zh: 一张服务单一行, en: one row per case}
data_class: behaviour
key: [case_id]
person: reader_key
columns:
  case_id: {type: VARCHAR, class: 2, title: {zh: 事项号, en: Case id}}
  reader_key: {type: VARCHAR, class: 3, title: {zh: 读者假名, en: Reader pseudonym}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  flow: {type: VARCHAR, class: 2, title: {zh: 流程, en: Flow}}
  state: {type: VARCHAR, class: 2, title: {zh: 状态, en: State}}
  ending: {type: VARCHAR, class: 2, title: {zh: 结局, en: Ending}}
  channel: {type: VARCHAR, class: 2, title: {zh: 渠道, en: Channel}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  needed_at: {type: TIMESTAMP, class: 2, title: {zh: 需求时间, en: Needed at}}
  opened_at: {type: TIMESTAMP, class: 2, title: {zh: 受理时间, en: Opened at}}
  answer_due_at: {type: TIMESTAMP, class: 2, title: {zh: 应答时限, en: Answer due at}}
  answered_at: {type: TIMESTAMP, class: 2, title: {zh: 应答时间, en: Answered at}}
  matched_at: {type: TIMESTAMP, class: 2, title: {zh: 匹配时间, en: Matched at}}
  delivered_at: {type: TIMESTAMP, class: 2, title: {zh: 交付时间, en: Delivered at}}
  feedback_at: {type: TIMESTAMP, class: 2, title: {zh: 反馈时间, en: Feedback at}}
  closed_at: {type: TIMESTAMP, class: 2, title: {zh: 办结时间, en: Closed at}}
  in_time: {type: BOOLEAN, class: 2, title: {zh: 按时, en: In time}}
  hours: {type: DOUBLE, class: 2, title: {zh: 办理时长, en: Hours}, unit: h}
  rating: {type: BIGINT, class: 2, title: {zh: 评分, en: Rating}, unit: 分}
  tries: {type: BIGINT, class: 2, title: {zh: 来源次数, en: Sources tried}, unit: 次}
  returns: {type: BIGINT, class: 2, title: {zh: 退回次数, en: Times returned}, unit: 次}
*/
SELECT
  case_id,
  coalesce(reader_id, '') AS reader_key,
  service,
  flow,
  state,
  coalesce(ending, '') AS ending,
  coalesce(channel, '') AS channel,
  coalesce(campus, '') AS campus,
  needed_at,
  opened_at,
  answer_due_at,
  answered_at,
  matched_at,
  delivered_at,
  feedback_at,
  closed_at,
  in_time,
  hours,
  rating,
  tries,
  returns
FROM raw.reader_cases
