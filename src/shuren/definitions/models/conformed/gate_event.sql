/*
id: gate_event
title: {zh: 通行, en: Gate events}
description:
  zh: 门禁的每次通行；没有刷卡的通行假名为空。
  en: "Each passage of a gate; the pseudonym is empty where no card was read."
grain: {zh: 一次通行一行, en: one row per passage}
data_class: behaviour
key: [event_id]
person: reader_key
columns:
  event_id: {type: VARCHAR, class: 2, title: {zh: 事件号, en: Event id}}
  gate_id: {type: VARCHAR, class: 2, title: {zh: 通道, en: Gate}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  building: {type: VARCHAR, class: 2, title: {zh: 馆舍, en: Building}}
  direction: {type: VARCHAR, class: 2, title: {zh: 方向, en: Direction}}
  passed_at: {type: TIMESTAMP, class: 2, title: {zh: 通行时间, en: Passed at}}
  day: {type: DATE, class: 2, title: {zh: 日期, en: Day}}
  reader_key: {type: VARCHAR, class: 4, title: {zh: 读者假名, en: Reader pseudonym}}
*/
SELECT
  event_id,
  gate_id,
  coalesce(campus, '') AS campus,
  coalesce(nullif(building, ''), gate_id) AS building,
  direction,
  passed_at,
  CAST(passed_at AS DATE) AS day,
  coalesce(reader_id, '') AS reader_key
FROM raw.gate_events
