/*
id: satisfaction_year
title: {zh: 读者评价, en: Ratings of services}
description:
  zh: >-
    每年每项服务的评价人次与分数之和。
  en: >-
    Ratings and the sum of their scores, by year and service.
grain: {zh: 一年一服务一行, en: one row per year and service}
data_class: zero
key: [year, service]
headcount: ratings
columns:
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  ratings: {type: BIGINT, class: 2, title: {zh: 评价人次, en: Ratings}, unit: 次}
  score_sum: {type: BIGINT, class: 2, title: {zh: 分数之和, en: Sum of scores}, unit: 分}
*/
SELECT
  CAST(year(rated_at) AS BIGINT) AS year,
  service,
  count(*) AS ratings,
  sum(score) AS score_sum
FROM conformed.rating
GROUP BY year(rated_at), service
