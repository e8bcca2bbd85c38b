/*
id: campus_now
title: {zh: 校区此刻, en: Campuses now}
description:
  zh: >-
    每个校区此刻的座位（实时视图）与最近七天的借出册次（快照），一行对照。七天指数据里最后一天往前数；
    不足 5 位读者借过的校区借出为空。
  en: >-
    Seats of each campus now (the live view) beside what was lent on the last seven days of the data
    (the snapshot). Where fewer than 5 readers borrowed the loans are empty.
grain: {zh: 一个校区一行, en: one row per campus}
data_class: operations
value: {zh: 各校区此刻的座位，供外部屏幕与应用经接口取用, en: "Seats of each campus now, for screens and apps through the API"}
key: [campus]
materialised: false
columns:
  campus: {type: VARCHAR, class: 1, title: {zh: 校区, en: Campus}}
  seats: {type: BIGINT, class: 1, title: {zh: 座位数, en: Seats}, unit: 个}
  occupied: {type: BIGINT, class: 1, title: {zh: 占用, en: Taken}, unit: 个}
  free: {type: BIGINT, class: 1, title: {zh: 空闲, en: Free}, unit: 个}
  as_of: {type: TIMESTAMP, class: 1, title: {zh: 座位截至, en: Seats as of}}
  loans: {type: BIGINT, class: 2, title: {zh: 近七天借出, en: Lent in seven days}, unit: 册次}
  loans_until: {type: DATE, class: 2, title: {zh: 借阅截至, en: Loans until}}
*/
WITH seats AS (
  SELECT
    campus,
    sum(seats) AS seats,
    sum(occupied) AS occupied,
    sum(free) AS free,
    max(as_of) AS as_of
  FROM mart.zone_now
  GROUP BY campus
),

newest AS (SELECT max(day) AS day FROM mart.loan_fact),

lent AS (
  SELECT
    loan.campus,
    CASE WHEN count(DISTINCT loan.reader_key) >= 5 THEN count(*) END AS loans,
    max(newest.day) AS loans_until
  FROM mart.loan_fact AS loan
  INNER JOIN newest ON loan.day > newest.day - 7
  GROUP BY loan.campus
)

SELECT
  seats.campus,
  seats.seats,
  seats.occupied,
  seats.free,
  seats.as_of,
  lent.loans,
  lent.loans_until
FROM seats
LEFT JOIN lent ON lent.campus = seats.campus
