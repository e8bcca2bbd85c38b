/*
id: library_year
title: {zh: 馆情年表, en: The library by year}
description:
  zh: >-
    每年每校区可以相加的总数：人口、座位、面积、人力、进馆、培训、下载、经费。不分校区的在校区为空的一行，全馆即各行之和。座位与面积只知道现在的，逐年照列。借阅人数不足 5 人的年份不列借阅次数，答卷不足 5 人的不列希望小时。
  en: >-
    Totals of a year that may be added, by campus: people, seats, area, staff, visits, training, downloads, money. What is not divided by campus stands in the row without one; the whole is the sum of the rows. Seats and areas are today's in every year. Loans of fewer than five readers and wishes of fewer than five people are left out.
grain: {zh: 一年一校区一行, en: one row per year and campus}
data_class: operations
key: [year, campus]
columns:
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  population: {type: BIGINT, class: 2, title: {zh: 应服务人数, en: Population}, unit: 人}
  seats: {type: BIGINT, class: 2, title: {zh: 阅览座位, en: Seats}, unit: 个}
  area_m2: {type: DOUBLE, class: 2, title: {zh: 建筑面积, en: Area}, unit: m²}
  user_area_m2: {type: DOUBLE, class: 2, title: {zh: 读者使用面积, en: Area for users}, unit: m²}
  staff_fte: {type: DOUBLE, class: 2, title: {zh: 馆员全时当量, en: Staff}, unit: FTE}
  user_services_fte: {type: DOUBLE, class: 2, title: {zh: 读者服务当量, en: Staff in user services}, unit: FTE}
  visits: {type: BIGINT, class: 2, title: {zh: 进馆人次, en: Visits}, unit: 人次}
  training_attendances: {type: BIGINT, class: 2, title: {zh: 读者培训人次, en: Attendances at training}, unit: 人次}
  staff_training_hours: {type: DOUBLE, class: 2, title: {zh: 馆员培训时数, en: Training hours of staff}, unit: h}
  requests: {type: BIGINT, class: 2, title: {zh: 下载量, en: Requests}, unit: 次}
  unique_requests: {type: BIGINT, class: 2, title: {zh: 去重下载量, en: Unique requests}, unit: 次}
  spend: {type: DOUBLE, class: 2, title: {zh: 支出, en: Spending}, unit: CNY}
  spend_recurrent: {type: DOUBLE, class: 2, title: {zh: 经常性支出, en: Recurrent spending}, unit: CNY}
  spend_lending: {type: DOUBLE, class: 2, title: {zh: 流通业务支出, en: Spending on lending}, unit: CNY}
  spend_collection: {type: DOUBLE, class: 2, title: {zh: 文献购置支出, en: Spending on collections}, unit: CNY}
  spend_electronic: {type: DOUBLE, class: 2, title: {zh: 电子资源支出, en: Spending on e-resources}, unit: CNY}
  income: {type: DOUBLE, class: 2, title: {zh: 收入, en: Income}, unit: CNY}
  income_other: {type: DOUBLE, class: 2, title: {zh: 专项与自筹收入, en: Grants and earned income}, unit: CNY}
  weekly_hours: {type: DOUBLE, class: 2, title: {zh: 每周开放小时, en: Hours open a week}, unit: h}
  hours_wanted: {type: DOUBLE, class: 2, title: {zh: 读者希望的每周小时, en: Hours wanted a week}, unit: h}
  loans: {type: BIGINT, class: 2, title: {zh: 借阅次数, en: Loans}, unit: 次}
  loan_days: {type: BIGINT, class: 2, title: {zh: 有借阅数据的天数, en: Days with loan data}, unit: 天}
  visit_days: {type: BIGINT, class: 2, title: {zh: 有进馆数据的天数, en: Days with visit data}, unit: 天}
  usage_months: {type: BIGINT, class: 2, title: {zh: 有下载数据的月数, en: Months with usage data}, unit: 月}
*/
WITH facts AS (
  SELECT year AS year, campus AS campus, 'population' AS measure, CAST(persons AS DOUBLE) AS amount
  FROM conformed.population
  WHERE kind IN ('student', 'faculty')
  UNION ALL
  SELECT year AS year, '' AS campus, 'staff_fte' AS measure, CAST(fte AS DOUBLE) AS amount
  FROM conformed.staff_year
  UNION ALL
  SELECT year AS year, '' AS campus, 'user_services_fte' AS measure, CAST(user_services_fte AS DOUBLE) AS amount
  FROM conformed.staff_year
  UNION ALL
  SELECT year AS year, '' AS campus, 'spend' AS measure, CAST(amount AS DOUBLE) AS amount
  FROM conformed.budget_entry
  WHERE flow = 'expense'
  UNION ALL
  SELECT year AS year, '' AS campus, 'spend_recurrent' AS measure, CAST(amount AS DOUBLE) AS amount
  FROM conformed.budget_entry
  WHERE flow = 'expense' AND category NOT IN ('equipment', 'building')
  UNION ALL
  SELECT year AS year, '' AS campus, 'spend_lending' AS measure, CAST(amount AS DOUBLE) AS amount
  FROM conformed.budget_entry
  WHERE flow = 'expense' AND category = 'lending'
  UNION ALL
  SELECT year AS year, '' AS campus, 'spend_collection' AS measure, CAST(amount AS DOUBLE) AS amount
  FROM conformed.budget_entry
  WHERE flow = 'expense' AND category IN ('print_books', 'print_serials', 'eresources')
  UNION ALL
  SELECT year AS year, '' AS campus, 'spend_electronic' AS measure, CAST(amount AS DOUBLE) AS amount
  FROM conformed.budget_entry
  WHERE flow = 'expense' AND category = 'eresources'
  UNION ALL
  SELECT year AS year, '' AS campus, 'income' AS measure, CAST(amount AS DOUBLE) AS amount
  FROM conformed.budget_entry
  WHERE flow = 'income'
  UNION ALL
  SELECT year AS year, '' AS campus, 'income_other' AS measure, CAST(amount AS DOUBLE) AS amount
  FROM conformed.budget_entry
  WHERE flow = 'income' AND fund IN ('grant', 'earned')
  UNION ALL
  SELECT year AS year, '' AS campus, 'staff_training_hours' AS measure, CAST(hours * attended AS DOUBLE) AS amount
  FROM conformed.training_session
  WHERE audience = 'staff'
  UNION ALL
  SELECT year AS year, campus AS campus, 'training_attendances' AS measure, CAST(attended AS DOUBLE) AS amount
  FROM conformed.training_session
  WHERE audience = 'readers'
  UNION ALL
  SELECT year AS year, campus AS campus, 'visits' AS measure, CAST(entries AS DOUBLE) AS amount
  FROM mart.visit_hour
  UNION ALL
  SELECT year AS year, '' AS campus, 'requests' AS measure, CAST(requests AS DOUBLE) AS amount
  FROM mart.eresource_cost
  UNION ALL
  SELECT year AS year, '' AS campus, 'unique_requests' AS measure, CAST(unique_requests AS DOUBLE) AS amount
  FROM mart.eresource_cost
),

years AS (
  SELECT DISTINCT year
  FROM facts
  WHERE year IS NOT NULL
),

standing AS (
  SELECT campus, 'seats' AS measure, CAST(seats AS DOUBLE) AS amount
  FROM conformed.seat_zone
  UNION ALL
  SELECT campus, 'area_m2', area_m2
  FROM conformed.building
  UNION ALL
  SELECT campus, 'user_area_m2', user_area_m2
  FROM conformed.building
),

hours_open AS (
  SELECT campus, max(weekly_hours) AS weekly_hours
  FROM conformed.building
  GROUP BY campus
),

hours_asked AS (
  SELECT
    year,
    campus,
    sum(CAST(mean_value * persons AS DECIMAL(18, 4))) / nullif(sum(persons), 0) AS hours_wanted
  FROM conformed.survey_result
  WHERE measure = 'hours_wanted'
  GROUP BY year, campus
  HAVING sum(persons) >= 5
),

lent AS (
  SELECT year, count(*) AS loans
  FROM mart.loan_fact
  WHERE year IS NOT NULL
  GROUP BY year
  HAVING count(DISTINCT reader_key) >= 5
),

usage_months AS (
  SELECT year, max(months) AS months
  FROM mart.eresource_cost
  GROUP BY year
),

parts AS (
  -- Sums of fractions depend on the order of the rows; of decimals they do not.
  SELECT year, campus, measure, CAST(amount AS DECIMAL(18, 4)) AS amount
  FROM facts
  WHERE year IS NOT NULL
  UNION ALL
  SELECT years.year, standing.campus, standing.measure, CAST(standing.amount AS DECIMAL(18, 4))
  FROM years
  CROSS JOIN standing
  UNION ALL
  SELECT years.year, '', 'year', CAST(0 AS DECIMAL(18, 4))
  FROM years
),

loan_span AS (
  SELECT min(day) AS first_day, max(day) AS last_day
  FROM mart.loan_fact
),

visit_span AS (
  SELECT min(day) AS first_day, max(day) AS last_day
  FROM mart.visit_hour
)

SELECT
  parts.year,
  parts.campus,
  sum(CASE WHEN parts.measure = 'population' THEN parts.amount END) AS population,
  sum(CASE WHEN parts.measure = 'seats' THEN parts.amount END) AS seats,
  sum(CASE WHEN parts.measure = 'area_m2' THEN parts.amount END) AS area_m2,
  sum(CASE WHEN parts.measure = 'user_area_m2' THEN parts.amount END) AS user_area_m2,
  sum(CASE WHEN parts.measure = 'staff_fte' THEN parts.amount END) AS staff_fte,
  sum(CASE WHEN parts.measure = 'user_services_fte' THEN parts.amount END) AS user_services_fte,
  sum(CASE WHEN parts.measure = 'visits' THEN parts.amount END) AS visits,
  sum(CASE WHEN parts.measure = 'training_attendances' THEN parts.amount END) AS training_attendances,
  sum(CASE WHEN parts.measure = 'staff_training_hours' THEN parts.amount END) AS staff_training_hours,
  sum(CASE WHEN parts.measure = 'requests' THEN parts.amount END) AS requests,
  sum(CASE WHEN parts.measure = 'unique_requests' THEN parts.amount END) AS unique_requests,
  sum(CASE WHEN parts.measure = 'spend' THEN parts.amount END) AS spend,
  sum(CASE WHEN parts.measure = 'spend_recurrent' THEN parts.amount END) AS spend_recurrent,
  sum(CASE WHEN parts.measure = 'spend_lending' THEN parts.amount END) AS spend_lending,
  sum(CASE WHEN parts.measure = 'spend_collection' THEN parts.amount END) AS spend_collection,
  sum(CASE WHEN parts.measure = 'spend_electronic' THEN parts.amount END) AS spend_electronic,
  sum(CASE WHEN parts.measure = 'income' THEN parts.amount END) AS income,
  sum(CASE WHEN parts.measure = 'income_other' THEN parts.amount END) AS income_other,
  max(hours_open.weekly_hours) AS weekly_hours,
  max(hours_asked.hours_wanted) AS hours_wanted,
  max(CASE WHEN parts.campus = '' THEN lent.loans END) AS loans,
  CAST(max(greatest(0, CAST(
    least(loan_span.last_day, CAST(concat(CAST(parts.year AS VARCHAR), '-12-31') AS DATE))
    - greatest(loan_span.first_day, CAST(concat(CAST(parts.year AS VARCHAR), '-01-01') AS DATE))
    AS BIGINT) + 1)) AS BIGINT) AS loan_days,
  CAST(max(greatest(0, CAST(
    least(visit_span.last_day, CAST(concat(CAST(parts.year AS VARCHAR), '-12-31') AS DATE))
    - greatest(visit_span.first_day, CAST(concat(CAST(parts.year AS VARCHAR), '-01-01') AS DATE))
    AS BIGINT) + 1)) AS BIGINT) AS visit_days,
  max(CASE WHEN parts.campus = '' THEN usage_months.months END) AS usage_months
FROM parts
CROSS JOIN loan_span
CROSS JOIN visit_span
LEFT JOIN hours_open ON hours_open.campus = parts.campus
LEFT JOIN hours_asked ON hours_asked.campus = parts.campus AND hours_asked.year = parts.year
LEFT JOIN lent ON lent.year = parts.year
LEFT JOIN usage_months ON usage_months.year = parts.year
GROUP BY parts.year, parts.campus
