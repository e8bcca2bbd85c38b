/*
id: zero_hit_searches
title: {zh: 没有结果的检索词, en: Searches that found nothing}
description:
  zh: >-
    最近一次检索没有结果的词、没有结果的次数与最近日期。不分大小写。不记是谁检索的；检索不足 5 次的词
    可能是某人的姓名或证号，不进此表。
  en: >-
    Words whose last search found nothing, how often they found nothing and when last, letter case
    aside. Nobody is named; words searched fewer than 5 times may be a name or a card number and are
    left out.
grain: {zh: 一组检索词一行, en: one row per words}
data_class: zero
key: [words]
columns:
  words: {type: VARCHAR, class: 2, title: {zh: 检索词, en: Words}}
  searches: {type: BIGINT, class: 2, title: {zh: 检索次数, en: Searches}, unit: 次}
  zero_hits: {type: BIGINT, class: 2, title: {zh: 无结果次数, en: Found nothing}, unit: 次}
  first_day: {type: DATE, class: 2, title: {zh: 最早日期, en: First day}}
  last_day: {type: DATE, class: 2, title: {zh: 最近日期, en: Last day}}
*/
WITH said AS (
  SELECT
    lower(trim(words)) AS words,
    day,
    is_zero,
    row_number() OVER (
      PARTITION BY lower(trim(words)) ORDER BY searched_at DESC, event_id DESC
    ) AS place
  FROM conformed.search_event
  WHERE trim(coalesce(words, '')) <> ''
)

SELECT
  words,
  count(*) AS searches,
  sum(CASE WHEN is_zero THEN 1 ELSE 0 END) AS zero_hits,
  min(CASE WHEN is_zero THEN day END) AS first_day,
  max(CASE WHEN is_zero THEN day END) AS last_day
FROM said
GROUP BY words
HAVING count(*) >= 5 AND max(CASE WHEN place = 1 AND is_zero THEN 1 ELSE 0 END) = 1
