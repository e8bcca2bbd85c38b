/*
id: work_member
title: {zh: 作品的各条记录, en: Records of works}
description:
  zh: 每条书目记录与馆藏题名各一行，写明属于哪部作品、凭什么归入；还没有归并过的各自为一部作品。
  en: >-
    Every bibliographic record and title of the holdings with its work and how it was found; what was
    never resolved is a work by itself.
grain: {zh: 一条记录一行, en: one row per record}
data_class: knowledge
key: [record_kind, record_id]
public: true
columns:
  record_kind: {type: VARCHAR, class: 1, title: {zh: 记录种类, en: Kind of record}}
  record_id: {type: VARCHAR, class: 1, title: {zh: 记录标识, en: Record id}}
  work_id: {type: VARCHAR, class: 1, title: {zh: 作品标识, en: Work id}}
  method: {type: VARCHAR, class: 1, title: {zh: 归并方法, en: Method}}
  probability: {type: DOUBLE, class: 1, title: {zh: 概率, en: Probability}}
  model_version: {type: VARCHAR, class: 1, title: {zh: 模型版本, en: Model version}}
*/
WITH records AS (
  SELECT 'bib' AS record_kind, bib_id AS record_id FROM conformed.bib_record
  UNION ALL
  SELECT 'title' AS record_kind, title_id AS record_id FROM conformed.title
)

SELECT
  records.record_kind,
  records.record_id,
  coalesce(links.work_id, concat(records.record_kind, ':', records.record_id)) AS work_id,
  coalesce(links.method, 'alone') AS method,
  coalesce(CAST(links.probability AS DOUBLE), 1.0) AS probability,
  coalesce(links.model_version, '') AS model_version
FROM records
LEFT JOIN raw.work_links AS links
  ON links.record_kind = records.record_kind AND links.record_id = records.record_id
