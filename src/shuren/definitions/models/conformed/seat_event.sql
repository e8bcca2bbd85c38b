/*
id: seat_event
title: {zh: 座位事件, en: Seat events}
description:
  zh: 一个座位由空变占或由占变空。
  en: "A seat was taken or became free."
grain: {zh: 一次变化一行, en: one row per change}
data_class: behaviour
key: [event_id]
public: true
columns:
  event_id: {type: VARCHAR, class: 1, title: {zh: 事件号, en: Event id}}
  zone_id: {type: VARCHAR, class: 1, title: {zh: 区域编号, en: Zone id}}
  seat_no: {type: VARCHAR, class: 1, title: {zh: 座位号, en: Seat}}
  state: {type: VARCHAR, class: 1, title: {zh: 状态, en: State}}
  changed_at: {type: TIMESTAMP, class: 1, title: {zh: 变化时间, en: Changed at}}
  day: {type: DATE, class: 1, title: {zh: 日期, en: Day}}
*/
SELECT
  event_id,
  zone_id,
  seat_no,
  state,
  changed_at,
  CAST(changed_at AS DATE) AS day
FROM raw.seat_events
