/*
id: document
title: {zh: 文献, en: Documents}
description:
  zh: 每件文献一行：题名、页数、文字来源、可信度、显示范围、许可，与它的书目记录。
  en: >-
    One row per document: title, pages, where its text comes from, how sure it is, what may be shown, its licence and its bibliographic record.
grain: {zh: 一件文献一行, en: one row per document}
data_class: content
value: {zh: 馆藏内容数据的清单, en: "The list of what the library holds as content"}
key: [document_id]
public: true
columns:
  document_id: {type: VARCHAR, class: 1, title: {zh: 文献标识, en: Document id}}
  document_title: {type: VARCHAR, class: 1, title: {zh: 文献题名, en: Title}}
  file_name: {type: VARCHAR, class: 1, title: {zh: 文件名, en: File name}}
  media_type: {type: VARCHAR, class: 1, title: {zh: 文件格式, en: Media type}}
  pages: {type: BIGINT, class: 1, title: {zh: 页数, en: Pages}}
  pages_layer: {type: BIGINT, class: 1, title: {zh: 文本层页数, en: Pages by text layer}}
  pages_ocr: {type: BIGINT, class: 1, title: {zh: 识别页数, en: Pages by OCR}}
  pages_empty: {type: BIGINT, class: 1, title: {zh: 无文字页数, en: Pages without text}}
  confidence: {type: DOUBLE, class: 1, title: {zh: 可信度, en: Confidence}}
  rights: {type: VARCHAR, class: 1, title: {zh: 显示范围, en: What may be shown}}
  licence: {type: VARCHAR, class: 1, title: {zh: 许可, en: Licence}}
  record_id: {type: VARCHAR, class: 1, title: {zh: 书目记录号, en: Record number}}
  bib_id: {type: VARCHAR, class: 1, title: {zh: 书目标识, en: Record id}}
*/
WITH bibs AS (
  SELECT record_id, min(bib_id) AS bib_id
  FROM conformed.bib_record
  WHERE record_id <> ''
  GROUP BY record_id
), documents AS (
  SELECT
    document_id,
    max(document_title) AS document_title,
    max(file_name) AS file_name,
    max(media_type) AS media_type,
    count(*) AS pages,
    sum(CASE WHEN text_from = 'layer' OR text_from = 'plain' THEN 1 ELSE 0 END) AS pages_layer,
    sum(CASE WHEN text_from = 'ocr' THEN 1 ELSE 0 END) AS pages_ocr,
    sum(CASE WHEN text_from = 'none' THEN 1 ELSE 0 END) AS pages_empty,
    CAST(sum(CAST(confidence AS DECIMAL(18, 4))) AS DOUBLE) / nullif(count(confidence), 0) AS confidence,
    max(coalesce(rights, 'snippet')) AS rights,
    max(coalesce(licence, '')) AS licence,
    max(coalesce(record_id, '')) AS record_id
  FROM raw.content_units
  WHERE unit_kind = 'page'
  GROUP BY document_id
)

SELECT
  documents.document_id,
  documents.document_title,
  documents.file_name,
  documents.media_type,
  documents.pages,
  CAST(documents.pages_layer AS BIGINT) AS pages_layer,
  CAST(documents.pages_ocr AS BIGINT) AS pages_ocr,
  CAST(documents.pages_empty AS BIGINT) AS pages_empty,
  documents.confidence,
  documents.rights,
  documents.licence,
  documents.record_id,
  coalesce(bibs.bib_id, '') AS bib_id
FROM documents
LEFT JOIN bibs ON bibs.record_id = documents.record_id
