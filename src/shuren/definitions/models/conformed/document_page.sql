/*
id: document_page
title: {zh: 文献页, en: Pages of documents}
description:
  zh: 每页一行：尺寸、文字来源、引擎、可信度与行数。
  en: >-
    One row per page: its size, where its text comes from, the engine, how sure it is, how many lines.
grain: {zh: 一页一行, en: one row per page}
data_class: content
value: {zh: 看得出哪些页要重新识别, en: "Shows which pages want reading again"}
key: [document_id, page_no]
public: true
columns:
  document_id: {type: VARCHAR, class: 1, title: {zh: 文献标识, en: Document id}}
  page_no: {type: BIGINT, class: 1, title: {zh: 页次, en: Page}}
  page_width: {type: DOUBLE, class: 1, title: {zh: 页宽, en: Page width}}
  page_height: {type: DOUBLE, class: 1, title: {zh: 页高, en: Page height}}
  text_from: {type: VARCHAR, class: 1, title: {zh: 文字来源, en: Text from}}
  engine: {type: VARCHAR, class: 1, title: {zh: 引擎, en: Engine}}
  engine_version: {type: VARCHAR, class: 1, title: {zh: 引擎版本, en: Engine version}}
  confidence: {type: DOUBLE, class: 1, title: {zh: 可信度, en: Confidence}}
  lines: {type: BIGINT, class: 1, title: {zh: 行数, en: Lines}}
*/
SELECT
  document_id,
  page_no,
  coalesce(CAST(page_width AS DOUBLE), 0.0) AS page_width,
  coalesce(CAST(page_height AS DOUBLE), 0.0) AS page_height,
  text_from,
  engine,
  coalesce(engine_version, '') AS engine_version,
  CAST(confidence AS DOUBLE) AS confidence,
  coalesce(last_line, 0) AS lines
FROM raw.content_units
WHERE unit_kind = 'page'
