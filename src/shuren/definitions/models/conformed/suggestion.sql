/*
id: suggestion
title: {zh: 元数据建议, en: Metadata suggestions}
description:
  zh: 对书目记录字段的建议与其置信度，供编目员采纳或拒绝。
  en: Suggestions for fields of bibliographic records with their confidence, for a cataloguer to decide.
grain: {zh: 一条建议一行, en: one row per suggestion}
data_class: knowledge
value: {zh: 补齐分类号、统一责任者，提升元数据质量, en: "Fills in classes and brings names together, for better metadata"}
key: [record_id, field_name, place]
columns:
  record_id: {type: VARCHAR, class: 2, title: {zh: 书目标识, en: Record id}}
  field_name: {type: VARCHAR, class: 2, title: {zh: 字段, en: Field}}
  place: {type: BIGINT, class: 2, title: {zh: 第几个值, en: Place}}
  title: {type: VARCHAR, class: 2, title: {zh: 题名, en: Title}}
  given: {type: VARCHAR, class: 2, title: {zh: 原值, en: Given value}}
  suggested: {type: VARCHAR, class: 2, title: {zh: 建议值, en: Suggested value}}
  suggested_ref: {type: VARCHAR, class: 2, title: {zh: 依据, en: Reference}}
  confidence: {type: DOUBLE, class: 2, title: {zh: 置信度, en: Confidence}}
  method: {type: VARCHAR, class: 2, title: {zh: 方法, en: Method}}
  model_version: {type: VARCHAR, class: 2, title: {zh: 模型版本, en: Model version}}
  state: {type: VARCHAR, class: 2, title: {zh: 处理情况, en: State}}
*/
SELECT
  given.record_id,
  given.field_name,
  CAST(given.place AS BIGINT) AS place,
  bibs.title,
  coalesce(given.given, '') AS given,
  given.suggested,
  coalesce(given.suggested_ref, '') AS suggested_ref,
  coalesce(CAST(given.confidence AS DOUBLE), 0.0) AS confidence,
  given.method,
  coalesce(given.model_version, '') AS model_version,
  coalesce(decided.verdict, 'open') AS state
FROM raw.suggestions AS given
INNER JOIN conformed.bib_record AS bibs ON bibs.bib_id = given.record_id
LEFT JOIN raw.resolution_decisions AS decided
  ON decided.one_id = given.record_id
  AND decided.field_name = given.field_name
  AND decided.place = given.place
  AND decided.suggested = given.suggested
