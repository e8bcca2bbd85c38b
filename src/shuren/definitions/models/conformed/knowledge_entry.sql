/*
id: knowledge_entry
title: {zh: 知识库条目, en: Knowledge entries}
description:
  zh: >-
    常见问题、规章与指南，含草稿。可引用的条目写明从哪天到哪天可以引用（cite_from、cite_until）；
    草稿这两列为空。没有编号的来源，编号由内容算出。
  en: >-
    Questions, rules and guides, drafts among them. cite_from and cite_until are the first and last day
    a service may cite the entry; both are empty for a draft. Where the source gives no number it is
    worked out from the text.
grain: {zh: 一条知识一行, en: one row per entry}
data_class: knowledge
owner: 信息咨询部 Reference services
value: {zh: 馆员答询的依据, en: What staff answer questions from}
key: [entry_id]
columns:
  entry_id: {type: VARCHAR, class: 1, title: {zh: 条目编号, en: Entry id}}
  kind: {type: VARCHAR, class: 1, title: {zh: 类型, en: Kind}}
  title_zh: {type: VARCHAR, class: 1, title: {zh: 中文标题, en: Title in Chinese}}
  title_en: {type: VARCHAR, class: 1, title: {zh: 英文标题, en: Title in English}}
  answer_zh: {type: VARCHAR, class: 1, title: {zh: 中文内容, en: Text in Chinese}}
  answer_en: {type: VARCHAR, class: 1, title: {zh: 英文内容, en: Text in English}}
  source: {type: VARCHAR, class: 1, title: {zh: 出处, en: Source}}
  source_url: {type: VARCHAR, class: 1, title: {zh: 出处网址, en: Address of the source}}
  valid_from: {type: DATE, class: 1, title: {zh: 生效日期, en: Valid from}}
  valid_until: {type: DATE, class: 1, title: {zh: 失效日期, en: Valid until}}
  cite_from: {type: DATE, class: 1, title: {zh: 可引用自, en: May be cited from}}
  cite_until: {type: DATE, class: 1, title: {zh: 可引用至, en: May be cited until}}
  review_on: {type: DATE, class: 2, title: {zh: 复查日期, en: Review on}}
  owner: {type: VARCHAR, class: 2, title: {zh: 责任部门, en: Owner}}
  status: {type: VARCHAR, class: 2, title: {zh: 状态, en: Status}}
*/
SELECT
  coalesce(entry_id, concat('k-', left(md5(concat(
    kind, '|', coalesce(title_zh, ''), '|', coalesce(title_en, ''), '|',
    coalesce(answer_zh, ''), '|', coalesce(answer_en, '')
  )), 16))) AS entry_id,
  kind,
  coalesce(title_zh, '') AS title_zh,
  coalesce(title_en, '') AS title_en,
  coalesce(answer_zh, '') AS answer_zh,
  coalesce(answer_en, '') AS answer_en,
  coalesce(source, '') AS source,
  coalesce(source_url, '') AS source_url,
  valid_from,
  valid_until,
  CASE WHEN status = 'approved' THEN coalesce(valid_from, DATE '1900-01-01') END AS cite_from,
  CASE WHEN status = 'approved' THEN coalesce(valid_until, DATE '9999-12-31') END AS cite_until,
  review_on,
  coalesce(owner, '') AS owner,
  status
FROM raw.knowledge_entries
