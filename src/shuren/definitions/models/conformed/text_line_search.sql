/*
id: text_line_search
title: {zh: 文字行（只供检索）, en: Lines of text for searching}
description:
  zh: 每行文字的全文，不论能否显示；没有一种用途能打开全文列，只有索引读它。
  en: >-
    The whole text of every line, whether it may be shown or not; no purpose opens the text, only the index
    reads it.
grain: {zh: 一行文字一行, en: one row per line of text}
data_class: content
value: {zh: 受版权保护的文献也能检索, en: "Lets copyrighted documents be searched too"}
key: [document_id, page_no, line_no]
columns:
  document_id: {type: VARCHAR, class: 1, title: {zh: 文献标识, en: Document id}}
  page_no: {type: BIGINT, class: 1, title: {zh: 页次, en: Page}}
  line_no: {type: BIGINT, class: 1, title: {zh: 行号, en: Line}}
  full_text: {type: VARCHAR, class: 4, title: {zh: 全文, en: Whole text}}
*/
SELECT
  document_id,
  page_no,
  unit_no AS line_no,
  coalesce(content_text, '') AS full_text
FROM raw.content_units
WHERE unit_kind = 'line'
