/*
id: staff_year
title: {zh: 馆员人力, en: Staff by year}
description:
  zh: >-
    每年每部门的全时当量。
  en: >-
    Full-time equivalents by year and unit.
grain: {zh: 一年一部门一行, en: one row per year and unit}
data_class: operations
key: [year, unit]
columns:
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  unit: {type: VARCHAR, class: 2, title: {zh: 部门, en: Unit}}
  fte: {type: DOUBLE, class: 2, title: {zh: 全时当量, en: FTE}, unit: FTE}
  user_services_fte: {type: DOUBLE, class: 2, title: {zh: 读者服务当量, en: FTE in user services}, unit: FTE}
*/
SELECT year, unit, fte, coalesce(user_services_fte, 0) AS user_services_fte
FROM raw.staff_years
