/*
id: citable_entry
title: {zh: 可引用的条目, en: Entries that may be cited}
description:
  zh: >-
    已核准的知识库条目。服务在某一天只引用 cite_from 与 cite_until 之间含那一天的条目；草稿不在其中。
  en: >-
    Approved entries of the knowledge base. On a given day a service cites those whose cite_from and
    cite_until hold that day; drafts are not here.
grain: {zh: 一条知识一行, en: one row per entry}
data_class: knowledge
owner: 信息咨询部 Reference services
value: {zh: 检索与助手引用条目的来源, en: Where search and the assistant cite from}
key: [entry_id]
public: true
columns:
  entry_id: {type: VARCHAR, class: 1, title: {zh: 条目编号, en: Entry id}}
  kind: {type: VARCHAR, class: 1, title: {zh: 类型, en: Kind}}
  title_zh: {type: VARCHAR, class: 1, title: {zh: 中文标题, en: Title in Chinese}}
  title_en: {type: VARCHAR, class: 1, title: {zh: 英文标题, en: Title in English}}
  answer_zh: {type: VARCHAR, class: 1, title: {zh: 中文内容, en: Text in Chinese}}
  answer_en: {type: VARCHAR, class: 1, title: {zh: 英文内容, en: Text in English}}
  source: {type: VARCHAR, class: 1, title: {zh: 出处, en: Source}}
  source_url: {type: VARCHAR, class: 1, title: {zh: 出处网址, en: Address of the source}}
  cite_from: {type: DATE, class: 1, title: {zh: 可引用自, en: May be cited from}}
  cite_until: {type: DATE, class: 1, title: {zh: 可引用至, en: May be cited until}}
*/
SELECT
  entry_id,
  kind,
  title_zh,
  title_en,
  answer_zh,
  answer_en,
  source,
  source_url,
  cite_from,
  cite_until
FROM conformed.knowledge_entry
WHERE cite_from IS NOT NULL
