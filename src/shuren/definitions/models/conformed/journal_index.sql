/*
id: journal_index
title: {zh: 收录标识, en: Journals covered by indexes}
description:
  zh: 每个索引收录的每种期刊，供检索结果加收录标识；同一索引只取日期最新的名单。
  en: Each journal that an index covers, for the badges of search results; of an index the newest list only.
grain: {zh: 一个索引里一种期刊一行, en: one row per journal in an index}
data_class: bibliographic
value: {zh: 期刊收录情况，供投稿与评价服务核对, en: "Where journals are indexed, for authors and evaluation"}
key: [index_name, journal_key]
public: true
columns:
  index_name: {type: VARCHAR, class: 1, title: {zh: 索引, en: Index}}
  journal_key: {type: VARCHAR, class: 1, title: {zh: 期刊检索码, en: Key of the journal}}
  title: {type: VARCHAR, class: 1, title: {zh: 刊名, en: Title}}
  issn: {type: VARCHAR, class: 1, title: {zh: ISSN, en: ISSN}}
  online_issn: {type: VARCHAR, class: 1, title: {zh: 网络版 ISSN, en: Online ISSN}}
  since_year: {type: BIGINT, class: 1, title: {zh: 起始年, en: First year}}
  until_year: {type: BIGINT, class: 1, title: {zh: 终止年, en: Last year}}
*/
WITH listed AS (
  SELECT
    index_name,
    title,
    replace(upper(coalesce(issn, '')), '-', '') AS issn,
    replace(upper(coalesce(online_issn, '')), '-', '') AS online_issn,
    since_year,
    until_year,
    coalesce(listed_on, CAST('1900-01-01' AS DATE)) AS list_day
  FROM raw.journal_indexes
),

newest AS (
  SELECT index_name, max(list_day) AS list_day
  FROM listed
  GROUP BY index_name
),

keyed AS (
  SELECT
    listed.index_name,
    coalesce(nullif(listed.issn, ''), nullif(listed.online_issn, ''), concat('title:', lower(trim(listed.title)))) AS journal_key,
    listed.title,
    listed.issn,
    listed.online_issn,
    listed.since_year,
    listed.until_year
  FROM listed
  INNER JOIN newest ON newest.index_name = listed.index_name AND newest.list_day = listed.list_day
)

SELECT
  index_name,
  journal_key,
  min(title) AS title,
  min(issn) AS issn,
  min(online_issn) AS online_issn,
  min(since_year) AS since_year,
  -- Covered to this day if one of its lines says so.
  CASE WHEN count(*) = count(until_year) THEN max(until_year) END AS until_year
FROM keyed
GROUP BY index_name, journal_key
