/*
id: work
title: {zh: 作品, en: Works}
description:
  zh: 同一作品的各版本、各册归为一行；馆藏题名优先作代表题名。
  en: The editions and copies of one work in one row; a title of the holdings speaks for it first.
grain: {zh: 一部作品一行, en: one row per work}
data_class: knowledge
value: {zh: 同一作品的各版本与各册归在一起, en: The editions and copies of a work stand together}
key: [work_id]
public: true
columns:
  work_id: {type: VARCHAR, class: 1, title: {zh: 作品标识, en: Work id}}
  title: {type: VARCHAR, class: 1, title: {zh: 代表题名, en: Title}}
  author: {type: VARCHAR, class: 1, title: {zh: 著者, en: Author}}
  records: {type: BIGINT, class: 1, title: {zh: 书目记录数, en: Bibliographic records}}
  editions: {type: BIGINT, class: 1, title: {zh: 版本数, en: Editions}}
  titles: {type: BIGINT, class: 1, title: {zh: 馆藏题名数, en: Titles held}}
  copies: {type: BIGINT, class: 1, title: {zh: 馆藏册数, en: Copies}, unit: 册}
  first_year: {type: BIGINT, class: 1, title: {zh: 最早出版年, en: First year}}
  last_year: {type: BIGINT, class: 1, title: {zh: 最近出版年, en: Last year}}
*/
WITH described AS (
  SELECT
    members.work_id,
    members.record_kind,
    members.record_id,
    coalesce(titles.title, bibs.title, '') AS title,
    coalesce(titles.author, bibs.authors, '') AS author,
    coalesce(titles.published_year, bibs.published_year) AS published_year
  FROM conformed.work_member AS members
  LEFT JOIN conformed.title AS titles
    ON members.record_kind = 'title' AND titles.title_id = members.record_id
  LEFT JOIN conformed.bib_record AS bibs
    ON members.record_kind = 'bib' AND bibs.bib_id = members.record_id
),

speaking AS (
  SELECT
    work_id,
    title,
    author,
    row_number() OVER (
      PARTITION BY work_id
      ORDER BY CASE WHEN record_kind = 'title' THEN 0 ELSE 1 END, record_id
    ) AS place
  FROM described
),

held AS (
  SELECT described.work_id, count(*) AS copies
  FROM described
  INNER JOIN conformed.item AS items ON items.title_id = described.record_id
  WHERE described.record_kind = 'title'
  GROUP BY described.work_id
),

counted AS (
  SELECT
    work_id,
    sum(CASE WHEN record_kind = 'bib' THEN 1 ELSE 0 END) AS records,
    sum(CASE WHEN record_kind = 'title' THEN 1 ELSE 0 END) AS titles,
    count(DISTINCT coalesce(CAST(published_year AS VARCHAR), '')) AS editions,
    min(published_year) AS first_year,
    max(published_year) AS last_year
  FROM described
  GROUP BY work_id
)

SELECT
  counted.work_id,
  speaking.title,
  speaking.author,
  CAST(counted.records AS BIGINT) AS records,
  CAST(counted.editions AS BIGINT) AS editions,
  CAST(counted.titles AS BIGINT) AS titles,
  CAST(coalesce(held.copies, 0) AS BIGINT) AS copies,
  CAST(counted.first_year AS BIGINT) AS first_year,
  CAST(counted.last_year AS BIGINT) AS last_year
FROM counted
INNER JOIN speaking ON speaking.work_id = counted.work_id AND speaking.place = 1
LEFT JOIN held ON held.work_id = counted.work_id
