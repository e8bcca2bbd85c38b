/*
id: gift_result
title: {zh: 赠书的结果, en: What came of gifts}
description:
  zh: 每批已致谢的赠书收到、入藏、转赠与谢绝的册数；不记捐赠人。
  en: Volumes received, added, passed on and declined of each gift that was acknowledged; not who gave it.
grain: {zh: 一批赠书一行, en: one row per gift}
data_class: operations
value: {zh: 捐赠册数的统计与学科馆员的跟进, en: "Counts of gifts, and what to do with the next"}
key: [gift_id]
columns:
  gift_id: {type: VARCHAR, class: 2, title: {zh: 赠书号, en: Gift id}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  titles: {type: BIGINT, class: 2, title: {zh: 种数, en: Titles}, unit: 种}
  volumes: {type: BIGINT, class: 2, title: {zh: 收到册数, en: Volumes received}, unit: 册}
  accepted: {type: BIGINT, class: 2, title: {zh: 入藏册数, en: Volumes added}, unit: 册}
  given_away: {type: BIGINT, class: 2, title: {zh: 转赠册数, en: Volumes passed on}, unit: 册}
  declined: {type: BIGINT, class: 2, title: {zh: 谢绝册数, en: Volumes declined}, unit: 册}
*/
SELECT
  gift_id,
  service,
  left(CAST(thanked_at AS VARCHAR), 7) AS month,
  year(thanked_at) AS year,
  titles,
  volumes,
  accepted,
  given_away,
  declined
FROM raw.gift_results
