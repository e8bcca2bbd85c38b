/*
id: pain_point
title: {zh: 读者痛点, en: What readers struggle with}
description:
  zh: >-
    最近 90 天里读者没有得到的：查不到的词、查到却没人点开的词、被平台拒访的次数、没能满足的馆际互借申请，
    以及服务单里的：拿不到的文献、没有采纳的荐购、到期未取、爽约、中途撤回。
    各取本类数据的最近 90 天（拒访取最近 3 个月）；次数不足 5，或背后不足 5 人的不列。
  en: >-
    What readers did not get in the last 90 days: words that found nothing, words whose hits nobody opened,
    turn-aways of platforms, interlibrary requests that could not be filled; and of cases: documents not
    supplied, suggestions not adopted, holds not collected, no-shows, requests withdrawn. The 90 days are
    the last of each kind's own data (of turn-aways three months); fewer than 5 events, or 5 persons, are left out.
grain: {zh: 一类痛点的一个对象一行, en: one row per kind and what it is about}
data_class: zero
key: [kind, about]
columns:
  kind: {type: VARCHAR, class: 2, title: {zh: 痛点类型, en: Kind}}
  about: {type: VARCHAR, class: 2, title: {zh: 对象, en: About}}
  events: {type: BIGINT, class: 2, title: {zh: 次数, en: Times}, unit: 次}
  place: {type: BIGINT, class: 2, title: {zh: 同类中的位次, en: Place among its kind}}
*/
WITH last_search AS (
  SELECT max(day) AS day FROM conformed.search_event
),

last_click AS (
  SELECT max(day) AS day FROM conformed.click_event
),

said AS (
  SELECT lower(trim(search.words)) AS words, search.is_zero
  FROM conformed.search_event AS search
  CROSS JOIN last_search
  WHERE CAST(last_search.day AS DATE) - CAST(search.day AS DATE) < 90
    AND trim(coalesce(search.words, '')) <> ''
),

opened AS (
  SELECT DISTINCT lower(trim(words)) AS words FROM conformed.click_event
),

found AS (
  SELECT said.words, count(*) AS events
  FROM said
  LEFT JOIN opened ON opened.words = said.words
  -- Where no click is recorded at all, nothing can be said of what was opened.
  CROSS JOIN last_click
  WHERE NOT said.is_zero AND opened.words IS NULL AND last_click.day IS NOT NULL
  GROUP BY said.words
),

recent_months AS (
  SELECT DISTINCT month
  FROM mart.platform_month
  ORDER BY month DESC
  LIMIT 3
),

last_request AS (
  SELECT max(CAST(requested_at AS DATE)) AS day FROM conformed.interlibrary_request
),

last_case AS (
  SELECT max(CAST(opened_at AS DATE)) AS day FROM conformed.reader_case
),

ended AS (
  SELECT
    CASE
      WHEN one.ending = 'withdrawn' THEN 'half_way'
      WHEN one.flow = 'hold' AND one.state = 'expired' THEN 'not_collected'
      WHEN one.state = 'no_show' THEN 'no_show'
      WHEN one.flow = 'purchase' AND one.ending = 'failure' THEN 'not_adopted'
      WHEN one.flow = 'request' AND one.state = 'unfilled' THEN 'not_supplied'
    END AS kind,
    one.reader_key
  FROM conformed.reader_case AS one
  CROSS JOIN last_case
  WHERE CAST(last_case.day AS DATE) - CAST(one.opened_at AS DATE) < 90
),

pains AS (
  SELECT 'zero_hits' AS kind, words AS about, CAST(count(*) AS BIGINT) AS events
  FROM said
  WHERE is_zero
  GROUP BY words
  HAVING count(*) >= 5
  UNION ALL
  SELECT 'not_opened' AS kind, words AS about, CAST(events AS BIGINT) AS events
  FROM found
  WHERE events >= 5
  UNION ALL
  SELECT 'turnaways' AS kind, used.platform AS about, CAST(sum(used.usage) AS BIGINT) AS events
  FROM mart.platform_month AS used
  INNER JOIN recent_months ON recent_months.month = used.month
  WHERE used.metric_type IN ('Limit_Exceeded', 'No_License')
  GROUP BY used.platform
  HAVING sum(used.usage) >= 5
  UNION ALL
  SELECT
    CASE WHEN request.form = 'copy' THEN 'unfilled_copy' ELSE 'unfilled_loan' END AS kind,
    '' AS about,
    CAST(count(*) AS BIGINT) AS events
  FROM conformed.interlibrary_request AS request
  CROSS JOIN last_request
  WHERE CAST(last_request.day AS DATE) - CAST(request.requested_at AS DATE) < 90
    AND request.direction = 'borrow' AND request.outcome = 'unfilled'
  GROUP BY CASE WHEN request.form = 'copy' THEN 'unfilled_copy' ELSE 'unfilled_loan' END
  HAVING count(DISTINCT request.reader_key) >= 5
  UNION ALL
  SELECT kind, '' AS about, CAST(count(*) AS BIGINT) AS events
  FROM ended
  WHERE kind IS NOT NULL
  GROUP BY kind
  HAVING count(DISTINCT reader_key) >= 5
)

SELECT
  kind,
  about,
  events,
  -- Kinds count different things: the worst of each comes before the second worst of any.
  row_number() OVER (PARTITION BY kind ORDER BY events DESC, about) AS place
FROM pains
