/*
id: search_event
title: {zh: 检索, en: Searches}
description:
  zh: 每次检索的词与命中数；不记是谁检索的。
  en: "The words of each search and how much it found; who searched is not recorded."
grain: {zh: 一次检索一行, en: one row per search}
data_class: zero
key: [event_id]
columns:
  event_id: {type: VARCHAR, class: 2, title: {zh: 事件号, en: Event id}}
  searched_at: {type: TIMESTAMP, class: 2, title: {zh: 检索时间, en: Searched at}}
  day: {type: DATE, class: 2, title: {zh: 日期, en: Day}}
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  words: {type: VARCHAR, class: 2, title: {zh: 检索词, en: Words}}
  hits: {type: BIGINT, class: 2, title: {zh: 命中数, en: Hits}, unit: 种}
  is_zero: {type: BOOLEAN, class: 2, title: {zh: 零结果, en: Found nothing}}
  place: {type: VARCHAR, class: 2, title: {zh: 入口, en: Place}}
*/
SELECT
  event_id,
  searched_at,
  CAST(searched_at AS DATE) AS day,
  left(CAST(searched_at AS VARCHAR), 7) AS month,
  words,
  hits,
  hits = 0 AS is_zero,
  coalesce(place, '') AS place
FROM raw.search_events
