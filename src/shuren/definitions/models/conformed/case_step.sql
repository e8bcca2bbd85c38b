/*
id: case_step
title: {zh: 服务单的步骤, en: Steps of cases}
description:
  zh: 服务单的每一步，不记是谁做的；服务单从湖中清除后，其步骤也不在此表。
  en: "Each step of a case, not by whom; the steps of a case that is forgotten are not in it either."
value: {zh: 服务单每一步的时间，供流程分析与耗时分析取用, en: "When each step of a case was taken, for a look at where cases wait"}
grain: {zh: 一步一行, en: one row per step}
data_class: operations
key: [case_id, number]
columns:
  case_id: {type: VARCHAR, class: 2, title: {zh: 事项号, en: Case id}}
  number: {type: BIGINT, class: 2, title: {zh: 序号, en: Number}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  stepped_at: {type: TIMESTAMP, class: 2, title: {zh: 时间, en: At}}
  event: {type: VARCHAR, class: 2, title: {zh: 动作, en: Event}}
  from_state: {type: VARCHAR, class: 2, title: {zh: 原状态, en: From}}
  to_state: {type: VARCHAR, class: 2, title: {zh: 新状态, en: To}}
  actor: {type: VARCHAR, class: 2, title: {zh: 由谁, en: By}}
*/
SELECT
  step.case_id,
  step.number,
  reader_case.service,
  step.stepped_at,
  step.event,
  coalesce(step.from_state, '') AS from_state,
  step.to_state,
  step.actor
FROM raw.case_steps AS step
INNER JOIN conformed.reader_case AS reader_case ON reader_case.case_id = step.case_id
