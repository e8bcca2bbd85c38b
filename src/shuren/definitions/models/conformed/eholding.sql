/*
id: eholding
title: {zh: 电子馆藏, en: E-holdings}
description:
  zh: 资源商清单里的每一段收录；一个资源包只取日期最新的一份清单。
  en: Each stretch of coverage in the vendors' lists; of a package the list with the newest date only.
grain: {zh: 一个资源包里一种题名的一段收录一行, en: one row per stretch of a title in a package}
data_class: bibliographic
key: [holding_id]
public: true
looked_up: true
columns:
  holding_id: {type: VARCHAR, class: 1, title: {zh: 标识, en: Id}}
  title: {type: VARCHAR, class: 1, title: {zh: 题名, en: Title}}
  print_identifier: {type: VARCHAR, class: 1, title: {zh: 印刷版标识, en: Print identifier}}
  online_identifier: {type: VARCHAR, class: 1, title: {zh: 网络版标识, en: Online identifier}}
  date_first_issue_online: {type: VARCHAR, class: 1, title: {zh: 起始日期, en: First issue online}}
  num_first_vol_online: {type: VARCHAR, class: 1, title: {zh: 起始卷, en: First volume}}
  num_first_issue_online: {type: VARCHAR, class: 1, title: {zh: 起始期, en: First issue number}}
  date_last_issue_online: {type: VARCHAR, class: 1, title: {zh: 终止日期, en: Last issue online}}
  num_last_vol_online: {type: VARCHAR, class: 1, title: {zh: 终止卷, en: Last volume}}
  num_last_issue_online: {type: VARCHAR, class: 1, title: {zh: 终止期, en: Last issue number}}
  title_url: {type: VARCHAR, class: 1, title: {zh: 网址, en: Address}}
  first_author: {type: VARCHAR, class: 1, title: {zh: 第一著者, en: First author}}
  title_id: {type: VARCHAR, class: 1, title: {zh: 平台编号, en: Title id}}
  embargo_info: {type: VARCHAR, class: 1, title: {zh: 时滞, en: Embargo}}
  coverage_depth: {type: VARCHAR, class: 1, title: {zh: 收录深度, en: Coverage depth}}
  notes: {type: VARCHAR, class: 1, title: {zh: 附注, en: Notes}}
  publisher: {type: VARCHAR, class: 1, title: {zh: 出版者, en: Publisher}}
  publication_type: {type: VARCHAR, class: 1, title: {zh: 出版物类型, en: Publication type}}
  published_online: {type: VARCHAR, class: 1, title: {zh: 网络版出版日期, en: Published online}}
  access_type: {type: VARCHAR, class: 1, title: {zh: 获取方式, en: Access type}}
  provider: {type: VARCHAR, class: 1, title: {zh: 提供者, en: Provider}}
  package: {type: VARCHAR, class: 1, title: {zh: 资源包, en: Package}}
  listed_on: {type: DATE, class: 1, title: {zh: 清单日期, en: Date of the list}}
  title_key: {type: VARCHAR, class: 1, title: {zh: 题名检索码, en: Title as it is looked up}}
*/
WITH listed AS (
  SELECT
    *,
    coalesce(listed_on, CAST('1990-01-01' AS DATE)) AS list_day,
    coalesce(provider, '') AS by_provider,
    -- Without spaces and punctuation; discovery writes what it looks for in the same way.
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(lower(coalesce(publication_title, '')), ' ', ''), '.', ''), ',', ''), ':', ''), ';', ''), '-', ''), '(', ''), ')', ''), '''', ''), '’', ''), '/', ''), '&', 'and') AS title_key
  FROM raw.eholdings
),

newest AS (
  SELECT by_provider, package, max(list_day) AS list_day
  FROM listed
  GROUP BY by_provider, package
)

SELECT
  -- Titles that are looked up alike stand side by side, so that few pages are read for one.
  concat(substring(md5(listed.title_key), 1, 8), '-', substring(listed._key, 2, 16)) AS holding_id,
  coalesce(listed.publication_title, '') AS title,
  coalesce(listed.print_identifier, '') AS print_identifier,
  coalesce(listed.online_identifier, '') AS online_identifier,
  coalesce(listed.date_first_issue_online, '') AS date_first_issue_online,
  coalesce(listed.num_first_vol_online, '') AS num_first_vol_online,
  coalesce(listed.num_first_issue_online, '') AS num_first_issue_online,
  coalesce(listed.date_last_issue_online, '') AS date_last_issue_online,
  coalesce(listed.num_last_vol_online, '') AS num_last_vol_online,
  coalesce(listed.num_last_issue_online, '') AS num_last_issue_online,
  coalesce(listed.title_url, '') AS title_url,
  coalesce(listed.first_author, '') AS first_author,
  coalesce(listed.title_id, '') AS title_id,
  coalesce(listed.embargo_info, '') AS embargo_info,
  coalesce(listed.coverage_depth, '') AS coverage_depth,
  coalesce(listed.notes, '') AS notes,
  coalesce(listed.publisher_name, '') AS publisher,
  coalesce(listed.publication_type, '') AS publication_type,
  coalesce(listed.date_monograph_published_online, '') AS published_online,
  coalesce(listed.access_type, '') AS access_type,
  coalesce(listed.provider, '') AS provider,
  coalesce(listed.package, '') AS package,
  listed.listed_on,
  listed.title_key
FROM listed
INNER JOIN newest
  ON newest.by_provider = listed.by_provider AND newest.package = listed.package
  AND newest.list_day = listed.list_day
