/*
id: eholding_key
title: {zh: 电子馆藏检索码, en: Keys of e-holdings}
description:
  zh: 由 ISSN、ISBN、DOI 或题名找到电子馆藏。
  en: Finds e-holdings by ISSN, ISBN, DOI or title.
grain: {zh: 一个检索码对一段收录一行, en: one row per key and stretch of coverage}
data_class: bibliographic
value: {zh: 电子馆藏的标识号，供与使用统计和书目对接, en: "Identifiers of e-holdings, to join them with usage and records"}
key: [look_up, holding_id]
public: true
looked_up: true
columns:
  look_up: {type: VARCHAR, class: 1, title: {zh: 检索码, en: Key}}
  holding_id: {type: VARCHAR, class: 1, title: {zh: 馆藏标识, en: Holding id}}
*/
WITH written AS (
  SELECT replace(replace(upper(trim(print_identifier)), '-', ''), ' ', '') AS identifier, holding_id FROM conformed.eholding
  UNION ALL
  SELECT replace(replace(upper(trim(online_identifier)), '-', ''), ' ', '') AS identifier, holding_id FROM conformed.eholding
),

found AS (
  SELECT concat('issn:', identifier) AS look_up, holding_id
  FROM written
  WHERE length(identifier) = 8
  UNION ALL
  SELECT concat('isbn:', identifier) AS look_up, holding_id
  FROM written
  WHERE length(identifier) IN (10, 13)
  UNION ALL
  SELECT concat('doi:', lower(title_id)) AS look_up, holding_id
  FROM conformed.eholding
  WHERE title_id LIKE '10.%/%'
  UNION ALL
  SELECT concat('doi:', lower(split_part(title_url, 'doi.org/', 2))) AS look_up, holding_id
  FROM conformed.eholding
  WHERE title_url LIKE '%doi.org/10.%'
  UNION ALL
  SELECT concat('title:', title_key) AS look_up, holding_id
  FROM conformed.eholding
  WHERE title_key <> ''
)

SELECT DISTINCT look_up, holding_id
FROM found
