/*
id: click_event
title: {zh: 点击, en: Clicks}
description:
  zh: 检索结果里每次打开一条；不记是谁。
  en: "Each result that was opened; not by whom."
grain: {zh: 一次点击一行, en: one row per click}
data_class: behaviour
value: {zh: 读者点了什么，供检索与推荐的评价使用, en: "What readers clicked, for judging search and recommendation"}
key: [event_id]
columns:
  event_id: {type: VARCHAR, class: 2, title: {zh: 事件号, en: Event id}}
  clicked_at: {type: TIMESTAMP, class: 2, title: {zh: 点击时间, en: Clicked at}}
  day: {type: DATE, class: 2, title: {zh: 日期, en: Day}}
  words: {type: VARCHAR, class: 2, title: {zh: 检索词, en: Words}}
  target: {type: VARCHAR, class: 2, title: {zh: 对象, en: Target}}
  rank: {type: BIGINT, class: 2, title: {zh: 位次, en: Rank}}
  place: {type: VARCHAR, class: 2, title: {zh: 入口, en: Place}}
*/
SELECT
  event_id,
  clicked_at,
  CAST(clicked_at AS DATE) AS day,
  coalesce(words, '') AS words,
  target,
  rank,
  coalesce(place, '') AS place
FROM raw.click_events
