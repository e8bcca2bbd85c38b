/*
id: journal_index
title: {zh: 收录标识, en: Journals covered by indexes}
description:
  zh: 每个索引收录的期刊，每个刊号一行，供检索结果加收录标识；同一索引只取日期最新的名单。
  en: >-
    The journals an index covers, one row for each of their numbers, for the badges of search results; of an
    index the newest list only.
grain: {zh: 一个索引里一个刊号一行, en: one row per index and number of a journal}
data_class: bibliographic
key: [index_name, number]
public: true
columns:
  index_name: {type: VARCHAR, class: 1, title: {zh: 索引, en: Index}}
  number: {type: VARCHAR, class: 1, title: {zh: 刊号（ISSN；没有的为题名）, en: 'Number (ISSN, or the title where there is none)'}}
  title: {type: VARCHAR, class: 1, title: {zh: 刊名, en: Title}}
  since_year: {type: BIGINT, class: 1, title: {zh: 起始年, en: First year}}
  is_covered: {type: BOOLEAN, class: 1, title: {zh: 仍在收录, en: Covered now}}
*/
WITH listed AS (
  SELECT
    index_name,
    title,
    replace(upper(coalesce(issn, '')), '-', '') AS issn,
    replace(upper(coalesce(online_issn, '')), '-', '') AS online_issn,
    since_year,
    -- A list of a year that names this year, or a later one, as the last says the journal is in it.
    until_year IS NULL OR until_year >= coalesce(year(listed_on), 9999) AS is_covered,
    coalesce(listed_on, CAST('1900-01-01' AS DATE)) AS list_day
  FROM raw.journal_indexes
),

newest AS (
  SELECT index_name, max(list_day) AS list_day
  FROM listed
  GROUP BY index_name
),

current_lists AS (
  SELECT listed.*
  FROM listed
  INNER JOIN newest ON newest.index_name = listed.index_name AND newest.list_day = listed.list_day
),

numbered AS (
  SELECT index_name, issn AS number, title, since_year, is_covered
  FROM current_lists
  WHERE issn <> ''
  UNION ALL
  SELECT index_name, online_issn AS number, title, since_year, is_covered
  FROM current_lists
  WHERE online_issn <> '' AND online_issn <> issn
  UNION ALL
  SELECT index_name, concat('title:', lower(trim(title))) AS number, title, since_year, is_covered
  FROM current_lists
  WHERE issn = '' AND online_issn = ''
)

SELECT
  index_name,
  number,
  min(title) AS title,
  min(since_year) AS since_year,
  max(CASE WHEN is_covered THEN 1 ELSE 0 END) = 1 AS is_covered
FROM numbered
GROUP BY index_name, number
