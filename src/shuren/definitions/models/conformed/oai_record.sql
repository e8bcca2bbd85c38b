/*
id: oai_record
title: {zh: 收割记录, en: Harvested records}
description:
  zh: 从其他仓储收割的、没有被删除的记录。
  en: "Records harvested from other repositories that have not been deleted there."
grain: {zh: 一条记录一行, en: one row per record}
data_class: bibliographic
value: {zh: 从外部收割的记录，供一站式检索与机构库使用, en: "Records harvested elsewhere, for one-stop search and the repository"}
key: [repository, identifier]
public: true
columns:
  repository: {type: VARCHAR, class: 1, title: {zh: 仓储, en: Repository}}
  identifier: {type: VARCHAR, class: 1, title: {zh: OAI 标识, en: OAI identifier}}
  datestamp: {type: VARCHAR, class: 1, title: {zh: 时间戳, en: Datestamp}}
  title: {type: VARCHAR, class: 1, title: {zh: 题名, en: Title}}
  creator: {type: VARCHAR, class: 1, title: {zh: 创作者, en: Creator}}
  subject: {type: VARCHAR, class: 1, title: {zh: 主题, en: Subject}}
  published: {type: VARCHAR, class: 1, title: {zh: 日期, en: Date}}
  kind: {type: VARCHAR, class: 1, title: {zh: 类型, en: Type}}
  language: {type: VARCHAR, class: 1, title: {zh: 语种, en: Language}}
  source: {type: VARCHAR, class: 1, title: {zh: 来源, en: Source}}
  identifiers: {type: VARCHAR, class: 1, title: {zh: 标识与网址, en: Identifiers and addresses}}
  relations: {type: VARCHAR, class: 1, title: {zh: 关联, en: Relations}}
  licence: {type: VARCHAR, class: 1, title: {zh: 许可, en: Licence}}
*/
SELECT
  repository,
  identifier,
  coalesce(datestamp, '') AS datestamp,
  coalesce(dc_title, '') AS title,
  coalesce(dc_creator, '') AS creator,
  coalesce(dc_subject, '') AS subject,
  coalesce(dc_date, '') AS published,
  coalesce(dc_type, '') AS kind,
  coalesce(dc_language, '') AS language,
  coalesce(source, '') AS source,
  coalesce(dc_identifier, '') AS identifiers,
  coalesce(dc_relation, '') AS relations,
  coalesce(licence, '') AS licence
FROM raw.oai_records
WHERE NOT is_deleted
