/*
id: rating
title: {zh: 评价, en: Ratings}
description:
  zh: 读者给服务的评分；不记是谁评的。
  en: "Scores readers gave to services; not by whom."
grain: {zh: 一次评分一行, en: one row per rating}
data_class: zero
key: [event_id]
columns:
  event_id: {type: VARCHAR, class: 2, title: {zh: 事件号, en: Event id}}
  rated_at: {type: TIMESTAMP, class: 2, title: {zh: 评价时间, en: Rated at}}
  day: {type: DATE, class: 2, title: {zh: 日期, en: Day}}
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  score: {type: BIGINT, class: 2, title: {zh: 分数, en: Score}, unit: 分}
*/
SELECT
  event_id,
  rated_at,
  CAST(rated_at AS DATE) AS day,
  left(CAST(rated_at AS VARCHAR), 7) AS month,
  service,
  score
FROM raw.ratings
