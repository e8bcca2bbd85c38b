/*
id: service_period
title: {zh: 各项服务的指标, en: Services by period}
description:
  zh: >-
    每月与每年每项服务的提出与办结、人数、及时、按时、评分、返工与中位数，都来自本平台的服务单。
    期内提出的数提出与应答，期内办结的数其余。
  en: >-
    Cases of each service by month and by year, with persons, promises kept, ratings, rework and medians,
    all from our own cases. What was opened in a period counts for openings and answers, what ended in it for the rest.
grain: {zh: 一期一项服务一行, en: one row per period and service}
data_class: behaviour
key: [period, service]
headcount: persons
columns:
  period: {type: VARCHAR, class: 2, title: {zh: 年或月, en: Year or month}}
  service: {type: VARCHAR, class: 2, title: {zh: 服务, en: Service}}
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
WITH spans AS (
  SELECT service, person_key, opened_month AS month, TRUE AS is_opening, 0 AS closing, '' AS ending,
    answered_ok, CAST(NULL AS BIGINT) AS finished_ok, CAST(NULL AS DOUBLE) AS hours,
    CAST(NULL AS BIGINT) AS rating, CAST(NULL AS BIGINT) AS first_try,
    CAST(NULL AS BIGINT) AS reworked, CAST(NULL AS DOUBLE) AS wait_days,
    CAST(NULL AS BIGINT) AS not_picked_up, CAST(NULL AS BIGINT) AS adopted,
    CAST(NULL AS BIGINT) AS no_show
  FROM mart.case_fact
  UNION ALL
  SELECT service, person_key, closed_month, FALSE, 1, ending,
    CAST(NULL AS BIGINT), finished_ok, hours, rating, first_try,
    reworked, wait_days, not_picked_up, adopted, no_show
  FROM mart.case_fact
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
      PARTITION BY period, service, hours IS NULL ORDER BY hours) AS hours_place,
    count(hours) OVER (PARTITION BY period, service) AS hours_count,
    row_number() OVER (
      PARTITION BY period, service, wait_days IS NULL ORDER BY wait_days) AS wait_place,
    count(wait_days) OVER (PARTITION BY period, service) AS wait_count
  FROM periods
)

SELECT
  period,
  service,
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
GROUP BY period, service
