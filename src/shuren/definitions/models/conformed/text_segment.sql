/*
id: text_segment
title: {zh: 文献段落, en: Segments}
description:
  zh: 检索与引用的单位：同一页上相邻几行、约三百字，记着页次、起止行与范围；不可公开显示的文献只给开头四十字。
  en: >-
    What search and citation stand on: neighbouring lines of a page, some 300 characters, with page, lines and box; of a document that may not be shown the first 40 characters.
grain: {zh: 一段一行, en: one row per segment}
data_class: content
value: {zh: 全文检索与智能问答的引文出处, en: "Where full-text search and cited answers come from"}
key: [segment_id]
public: true
columns:
  segment_id: {type: VARCHAR, class: 1, title: {zh: 段落标识, en: Segment id}}
  document_id: {type: VARCHAR, class: 1, title: {zh: 文献标识, en: Document id}}
  page_no: {type: BIGINT, class: 1, title: {zh: 页次, en: Page}}
  segment_no: {type: BIGINT, class: 1, title: {zh: 段号, en: Segment}}
  first_line: {type: BIGINT, class: 1, title: {zh: 首行, en: First line}}
  last_line: {type: BIGINT, class: 1, title: {zh: 末行, en: Last line}}
  shown_text: {type: VARCHAR, class: 1, title: {zh: 可显示的文字, en: Text that may be shown}}
  x_left: {type: DOUBLE, class: 1, title: {zh: 左, en: Left}}
  y_top: {type: DOUBLE, class: 1, title: {zh: 上, en: Top}}
  x_right: {type: DOUBLE, class: 1, title: {zh: 右, en: Right}}
  y_bottom: {type: DOUBLE, class: 1, title: {zh: 下, en: Bottom}}
  confidence: {type: DOUBLE, class: 1, title: {zh: 可信度, en: Confidence}}
  text_from: {type: VARCHAR, class: 1, title: {zh: 文字来源, en: Text from}}
  rights: {type: VARCHAR, class: 1, title: {zh: 显示范围, en: What may be shown}}
*/
SELECT
  concat(document_id, '-', CAST(page_no AS VARCHAR), '-', CAST(unit_no AS VARCHAR)) AS segment_id,
  document_id,
  page_no,
  unit_no AS segment_no,
  first_line,
  last_line,
  CASE
    WHEN rights = 'open' THEN coalesce(content_text, '')
    ELSE left(coalesce(content_text, ''), 40)
  END AS shown_text,
  CAST(x_left AS DOUBLE) AS x_left,
  CAST(y_top AS DOUBLE) AS y_top,
  CAST(x_right AS DOUBLE) AS x_right,
  CAST(y_bottom AS DOUBLE) AS y_bottom,
  CAST(confidence AS DOUBLE) AS confidence,
  text_from,
  coalesce(rights, 'snippet') AS rights
FROM raw.content_units
WHERE unit_kind = 'segment'
