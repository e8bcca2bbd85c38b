/*
id: population
title: {zh: 服务人口, en: Population served}
description:
  zh: >-
    每年每校区各类应服务人数。
  en: >-
    Persons to be served, by year, campus and kind.
grain: {zh: 一年一校区一类人一行, en: one row per year, campus and kind}
data_class: operations
key: [year, campus, kind]
public: true
columns:
  year: {type: BIGINT, class: 1, title: {zh: 年份, en: Year}}
  campus: {type: VARCHAR, class: 1, title: {zh: 校区, en: Campus}}
  kind: {type: VARCHAR, class: 1, title: {zh: 人员类别, en: Kind of person}}
  persons: {type: BIGINT, class: 1, title: {zh: 人数, en: Persons}, unit: 人}
*/
SELECT year, campus, kind, persons
FROM raw.populations
