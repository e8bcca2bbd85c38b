/*
id: survey_result
title: {zh: 抽样与调查, en: Samples and surveys}
description:
  zh: >-
    每次抽样或问卷的结果；问卷写明答卷人数。
  en: >-
    Results of samples and questionnaires; questionnaires say how many people answered.
grain: {zh: 一次抽样的一个结果一行, en: one row per result of a survey}
data_class: operations
key: [survey_id]
headcount: persons
columns:
  survey_id: {type: VARCHAR, class: 2, title: {zh: 编号, en: Survey number}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  held_on: {type: DATE, class: 2, title: {zh: 日期, en: Held on}}
  measure: {type: VARCHAR, class: 2, title: {zh: 项目, en: Measure}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  asked: {type: BIGINT, class: 2, title: {zh: 样本数, en: Sampled}}
  good: {type: BIGINT, class: 2, title: {zh: 合格数, en: Good}}
  mean_value: {type: DOUBLE, class: 2, title: {zh: 平均值, en: Mean}}
  persons: {type: BIGINT, class: 2, title: {zh: 答卷人数, en: People asked}, unit: 人}
*/
SELECT survey_id, year, held_on, measure, coalesce(campus, '') AS campus, asked, good, mean_value, persons
FROM raw.survey_results
