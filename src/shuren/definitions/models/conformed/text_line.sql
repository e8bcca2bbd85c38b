/*
id: text_line
title: {zh: 文字行, en: Lines of text}
description:
  zh: 文献中每一行文字一行，带页面坐标与可信度；不可公开显示的文献这里不给文字。
  en: >-
    One row per line of text with its place on the page and how sure it is; the text only where it may be shown.
grain: {zh: 一行文字一行, en: one row per line of text}
data_class: content
value: {zh: 命中处按坐标标在页面上, en: "Hits are marked on the page where they stand"}
key: [document_id, page_no, line_no]
public: true
columns:
  document_id: {type: VARCHAR, class: 1, title: {zh: 文献标识, en: Document id}}
  page_no: {type: BIGINT, class: 1, title: {zh: 页次, en: Page}}
  line_no: {type: BIGINT, class: 1, title: {zh: 行号, en: Line}}
  shown_text: {type: VARCHAR, class: 1, title: {zh: 可显示的文字, en: Text that may be shown}}
  x_left: {type: DOUBLE, class: 1, title: {zh: 左, en: Left}}
  y_top: {type: DOUBLE, class: 1, title: {zh: 上, en: Top}}
  x_right: {type: DOUBLE, class: 1, title: {zh: 右, en: Right}}
  y_bottom: {type: DOUBLE, class: 1, title: {zh: 下, en: Bottom}}
  confidence: {type: DOUBLE, class: 1, title: {zh: 可信度, en: Confidence}}
  rights: {type: VARCHAR, class: 1, title: {zh: 显示范围, en: What may be shown}}
*/
SELECT
  document_id,
  page_no,
  unit_no AS line_no,
  CASE WHEN rights = 'open' THEN coalesce(content_text, '') ELSE '' END AS shown_text,
  CAST(x_left AS DOUBLE) AS x_left,
  CAST(y_top AS DOUBLE) AS y_top,
  CAST(x_right AS DOUBLE) AS x_right,
  CAST(y_bottom AS DOUBLE) AS y_bottom,
  CAST(confidence AS DOUBLE) AS confidence,
  coalesce(rights, 'snippet') AS rights
FROM raw.content_units
WHERE unit_kind = 'line'
