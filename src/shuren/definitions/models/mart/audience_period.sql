/*
id: audience_period
title: {zh: 各类读者的服务指标, en: Services by kind of reader}
description:
  zh: >-
    每月与每年每类读者的满足、一次即成与时长中位数，各项服务合计。人数不足 5 的类并入“其他”，
    其他仍不足 5 时再并入人数最少的一类，因此由合计也推不出小组。
  en: >-
    Fill, first tries and median hours of each kind of reader by month and year, all services together. Kinds
    with fewer than 5 persons are put together as others, with the next smallest kind where that is still fewer
    than 5, so that no small group can be worked out from a total.
grain: {zh: 一期一类读者一行, en: one row per period and kind of reader}
data_class: behaviour
key: [period, audience]
headcount: persons
columns:
  period: {type: VARCHAR, class: 2, title: {zh: 年或月, en: Year or month}}
  audience: {type: VARCHAR, class: 2, title: {zh: 读者类型, en: Reader kind}}
  persons: {type: BIGINT, class: 2, title: {zh: 人数, en: Persons}, unit: 人}
  users: {type: BIGINT, class: 2, title: {zh: 提出者人数, en: Persons who asked}, unit: 人}
  opened: {type: BIGINT, class: 2, title: {zh: 提出, en: Opened}, unit: 件}
  succeeded: {type: BIGINT, class: 2, title: {zh: 成功办结, en: Succeeded}, unit: 件}
  failed: {type: BIGINT, class: 2, title: {zh: 未办成, en: Failed}, unit: 件}
  withdrawn: {type: BIGINT, class: 2, title: {zh: 撤回, en: Withdrawn}, unit: 件}
  answers_due: {type: BIGINT, class: 2, title: {zh: 应有应答, en: Answers due}, unit: 件}
  answered_ok: {type: BIGINT, class: 2, title: {zh: 应答及时, en: Answered in time}, unit: 件}
  promised: {type: BIGINT, class: 2, title: {zh: 有时限的办结, en: Finished with a promise}, unit: 件}
  finished_ok: {type: BIGINT, class: 2, title: {zh: 按时完成, en: Finished in time}, unit: 件}
  ratings: {type: BIGINT, class: 2, title: {zh: 评价数, en: Ratings}, unit: 件}
  rating_sum: {type: BIGINT, class: 2, title: {zh: 评分之和, en: Sum of ratings}, unit: 分}
  tried: {type: BIGINT, class: 2, title: {zh: 办结可比, en: Ended with an answer}, unit: 件}
  first_tries: {type: BIGINT, class: 2, title: {zh: 一次即成, en: Filled at the first try}, unit: 件}
  delivered: {type: BIGINT, class: 2, title: {zh: 已交付, en: Delivered}, unit: 件}
  reworked: {type: BIGINT, class: 2, title: {zh: 返工, en: Reworked}, unit: 件}
  pickups: {type: BIGINT, class: 2, title: {zh: 可取的预约, en: Holds ready}, unit: 件}
  not_picked_up: {type: BIGINT, class: 2, title: {zh: 逾期未取, en: Not picked up}, unit: 件}
  reviewed: {type: BIGINT, class: 2, title: {zh: 已审荐购, en: Suggestions reviewed}, unit: 件}
  adopted: {type: BIGINT, class: 2, title: {zh: 采纳荐购, en: Suggestions bought}, unit: 件}
  bookings: {type: BIGINT, class: 2, title: {zh: 预订, en: Bookings}, unit: 件}
  no_shows: {type: BIGINT, class: 2, title: {zh: 违约, en: No-shows}, unit: 件}
  median_hours: {type: DOUBLE, class: 2, title: {zh: 时长中位数, en: Median hours}, unit: h}
  median_wait: {type: DOUBLE, class: 2, title: {zh: 等待中位数, en: Median days waited}, unit: 天}
*/
WITH sizes AS (
  SELECT audience, count(DISTINCT person_key) AS persons FROM mart.case_fact GROUP BY audience
),

ranked AS (
  SELECT
    audience,
    persons,
    row_number() OVER (ORDER BY persons, audience) AS place,
    sum(CASE WHEN persons < 5 THEN persons ELSE 0 END) OVER () AS small_persons,
    sum(CASE WHEN persons < 5 THEN 1 ELSE 0 END) OVER () AS small_groups
  FROM sizes
),

folded AS (
  SELECT
    case_fact.*,
    CASE
      WHEN ranked.persons < 5
        OR (ranked.small_persons BETWEEN 1 AND 4 AND ranked.place = ranked.small_groups + 1)
        THEN ''
      ELSE case_fact.audience
    END AS kind
  FROM mart.case_fact AS case_fact
  INNER JOIN ranked ON ranked.audience = case_fact.audience
),

spans AS (
  SELECT kind AS audience, person_key, opened_month AS month, TRUE AS is_opening, 0 AS closing, '' AS ending,
    answered_ok, CAST(NULL AS BIGINT) AS finished_ok, CAST(NULL AS DOUBLE) AS hours,
    CAST(NULL AS BIGINT) AS rating, CAST(NULL AS BIGINT) AS first_try,
    CAST(NULL AS BIGINT) AS reworked, CAST(NULL AS DOUBLE) AS wait_days,
    CAST(NULL AS BIGINT) AS not_picked_up, CAST(NULL AS BIGINT) AS adopted,
    CAST(NULL AS BIGINT) AS no_show
  FROM folded
  UNION ALL
  SELECT kind AS audience, person_key, closed_month, FALSE, 1, ending,
    CAST(NULL AS BIGINT), finished_ok, hours, rating, first_try,
    reworked, wait_days, not_picked_up, adopted, no_show
  FROM folded
  WHERE ending <> ''
),

periods AS (
  SELECT left(spans.month, lengths.letters) AS period, spans.*
  FROM spans
  CROSS JOIN (SELECT 7 AS letters UNION ALL SELECT 4 AS letters) AS lengths
),

in_order AS (
  SELECT
    periods.*,
    row_number() OVER (
      PARTITION BY period, audience, hours IS NULL ORDER BY hours) AS hours_place,
    count(hours) OVER (PARTITION BY period, audience) AS hours_count,
    row_number() OVER (
      PARTITION BY period, audience, wait_days IS NULL ORDER BY wait_days) AS wait_place,
    count(wait_days) OVER (PARTITION BY period, audience) AS wait_count
  FROM periods
)

SELECT
  period,
  audience,
  count(DISTINCT person_key) AS persons,
  count(DISTINCT CASE WHEN is_opening THEN person_key END) AS users,
  sum(CASE WHEN is_opening THEN 1 ELSE 0 END) AS opened,
  sum(CASE WHEN ending = 'success' THEN 1 ELSE 0 END) AS succeeded,
  sum(CASE WHEN ending = 'failure' THEN 1 ELSE 0 END) AS failed,
  sum(CASE WHEN ending = 'withdrawn' THEN 1 ELSE 0 END) AS withdrawn,
  count(answered_ok) AS answers_due,
  coalesce(sum(answered_ok), 0) AS answered_ok,
  count(finished_ok) AS promised,
  coalesce(sum(finished_ok), 0) AS finished_ok,
  count(rating) AS ratings,
  coalesce(sum(rating), 0) AS rating_sum,
  count(first_try) AS tried,
  coalesce(sum(first_try), 0) AS first_tries,
  count(reworked) AS delivered,
  coalesce(sum(reworked), 0) AS reworked,
  count(not_picked_up) AS pickups,
  coalesce(sum(not_picked_up), 0) AS not_picked_up,
  count(adopted) AS reviewed,
  coalesce(sum(adopted), 0) AS adopted,
  count(no_show) AS bookings,
  coalesce(sum(no_show), 0) AS no_shows,
  CAST(sum(CASE WHEN hours_place * 2 IN (hours_count, hours_count + 1, hours_count + 2)
    THEN CAST(hours AS DECIMAL(18, 4)) END) AS DOUBLE)
    / nullif(count(CASE WHEN hours_place * 2 IN (hours_count, hours_count + 1, hours_count + 2) THEN hours END), 0)
    AS median_hours,
  CAST(sum(CASE WHEN wait_place * 2 IN (wait_count, wait_count + 1, wait_count + 2)
    THEN CAST(wait_days AS DECIMAL(18, 4)) END) AS DOUBLE)
    / nullif(count(CASE WHEN wait_place * 2 IN (wait_count, wait_count + 1, wait_count + 2) THEN wait_days END), 0)
    AS median_wait
FROM in_order
GROUP BY period, audience
