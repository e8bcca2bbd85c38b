/*
id: text_entity
title: {zh: 文献中的实体, en: Entities in documents}
description:
  zh: 文献文字中找到的书号、DOI、年份、规范名称、责任者与题名，每行每种写法一行。
  en: >-
    ISBNs, DOIs, years, authorised names, authors and titles found in documents, one row per line and form.
grain: {zh: 一行文字里的一个实体一行, en: one row per entity in a line}
data_class: content
value: {zh: 把文献与书目、规范记录连起来, en: "Ties documents to bibliographic and authority records"}
key: [document_id, page_no, line_no, entity_kind, entity_text]
public: true
columns:
  document_id: {type: VARCHAR, class: 1, title: {zh: 文献标识, en: Document id}}
  page_no: {type: BIGINT, class: 1, title: {zh: 页次, en: Page}}
  line_no: {type: BIGINT, class: 1, title: {zh: 行号, en: Line}}
  entity_kind: {type: VARCHAR, class: 1, title: {zh: 种类, en: Kind}}
  entity_text: {type: VARCHAR, class: 1, title: {zh: 原文, en: As written}}
  normal_form: {type: VARCHAR, class: 1, title: {zh: 规范形式, en: Normal form}}
  stands_for: {type: VARCHAR, class: 1, title: {zh: 所指, en: Stands for}}
  occurrences: {type: BIGINT, class: 1, title: {zh: 次数, en: Occurrences}}
*/
SELECT
  document_id,
  page_no,
  line_no,
  entity_kind,
  entity_text,
  normal_form,
  coalesce(stands_for, '') AS stands_for,
  occurrences
FROM raw.content_entities
