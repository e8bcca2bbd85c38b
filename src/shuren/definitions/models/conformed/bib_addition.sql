/*
id: bib_addition
title: {zh: 书目的补充, en: Additions to records}
description:
  zh: 馆员采纳的规范责任者与分类号，放在书目记录旁边；记录本身不变。
  en: >-
    Authorised names and classes that a librarian accepted, beside the bibliographic record; the record
    itself stays as it is.
grain: {zh: 一条采纳的建议一行, en: one row per accepted suggestion}
data_class: bibliographic
value: {zh: 经人审核的规范责任者与分类号，供检索与导出使用, en: "Names and classes checked by a person, for search and export"}
key: [bib_id, field_name, place]
public: true
columns:
  bib_id: {type: VARCHAR, class: 1, title: {zh: 书目标识, en: Record id}}
  field_name: {type: VARCHAR, class: 1, title: {zh: 字段, en: Field}}
  place: {type: BIGINT, class: 1, title: {zh: 第几个值, en: Place}}
  given: {type: VARCHAR, class: 1, title: {zh: 记录中的值, en: Value in the record}}
  added: {type: VARCHAR, class: 1, title: {zh: 补充的值, en: Value added}}
  added_ref: {type: VARCHAR, class: 1, title: {zh: 依据, en: Reference}}
  decided_at: {type: TIMESTAMP, class: 1, title: {zh: 采纳时间, en: Accepted at}}
*/
WITH accepted AS (
  SELECT
    one_id,
    field_name,
    place,
    given,
    suggested,
    suggested_ref,
    decided_at,
    row_number() OVER (
      PARTITION BY one_id, field_name, place ORDER BY decided_at DESC, suggested
    ) AS age
  FROM raw.resolution_decisions
  WHERE verdict = 'accepted' AND kind IN ('authorities', 'classes')
)

SELECT
  accepted.one_id AS bib_id,
  accepted.field_name,
  CAST(accepted.place AS BIGINT) AS place,
  coalesce(accepted.given, '') AS given,
  coalesce(accepted.suggested, '') AS added,
  coalesce(accepted.suggested_ref, '') AS added_ref,
  CAST(accepted.decided_at AS TIMESTAMP) AS decided_at
FROM accepted
INNER JOIN conformed.bib_record AS bibs ON bibs.bib_id = accepted.one_id
WHERE accepted.age = 1
