/*
id: bib_record
title: {zh: 书目记录, en: Bibliographic records}
description:
  zh: 每条书目记录一行；有 ISBN 且馆藏中有同一书的，给出其题名标识。多个值以 ‖ 分隔。
  en: >-
    One row per bibliographic record, with the id of the title the library holds under its ISBN.
    Several values are parted by ‖.
grain: {zh: 一条书目记录一行, en: one row per bibliographic record}
data_class: bibliographic
value: {zh: 全部书目记录，供一站式检索与 OAI 发布使用, en: "All bibliographic records, for one-stop search and the OAI provider"}
key: [bib_id]
public: true
columns:
  bib_id: {type: VARCHAR, class: 1, title: {zh: 书目标识, en: Record id}}
  title_id: {type: VARCHAR, class: 1, title: {zh: 馆藏题名标识, en: Title id}}
  record_id: {type: VARCHAR, class: 1, title: {zh: 记录号, en: Record number}}
  source_system: {type: VARCHAR, class: 1, title: {zh: 来源系统, en: Source system}}
  format: {type: VARCHAR, class: 1, title: {zh: 格式, en: Format}}
  record_type: {type: VARCHAR, class: 1, title: {zh: 记录类型, en: Record type}}
  changed_at: {type: TIMESTAMP, class: 1, title: {zh: 更新时间, en: Changed at}}
  title: {type: VARCHAR, class: 1, title: {zh: 正题名, en: Title proper}}
  title_rest: {type: VARCHAR, class: 1, title: {zh: 其他题名信息, en: Other title information}}
  title_part: {type: VARCHAR, class: 1, title: {zh: 分辑, en: Part}}
  title_parallel: {type: VARCHAR, class: 1, title: {zh: 并列题名, en: Parallel title}}
  title_pinyin: {type: VARCHAR, class: 1, title: {zh: 题名拼音, en: Title in pinyin}}
  title_variants: {type: VARCHAR, class: 1, title: {zh: 其他题名, en: Other titles}}
  title_uniform: {type: VARCHAR, class: 1, title: {zh: 统一题名, en: Uniform title}}
  responsibility: {type: VARCHAR, class: 1, title: {zh: 责任说明, en: Statement of responsibility}}
  authors: {type: VARCHAR, class: 1, title: {zh: 个人责任者, en: Persons}}
  author_bodies: {type: VARCHAR, class: 1, title: {zh: 团体责任者, en: Bodies}}
  edition: {type: VARCHAR, class: 1, title: {zh: 版本, en: Edition}}
  place: {type: VARCHAR, class: 1, title: {zh: 出版地, en: Place}}
  publisher: {type: VARCHAR, class: 1, title: {zh: 出版者, en: Publisher}}
  published: {type: VARCHAR, class: 1, title: {zh: 出版日期, en: Published}}
  published_year: {type: BIGINT, class: 1, title: {zh: 出版年, en: Year of publication}}
  extent: {type: VARCHAR, class: 1, title: {zh: 数量, en: Extent}}
  dimensions: {type: VARCHAR, class: 1, title: {zh: 尺寸, en: Dimensions}}
  series: {type: VARCHAR, class: 1, title: {zh: 丛编, en: Series}}
  isbn: {type: VARCHAR, class: 1, title: {zh: ISBN, en: ISBN}}
  isbn_given: {type: VARCHAR, class: 1, title: {zh: ISBN 原文, en: ISBN as given}}
  issn: {type: VARCHAR, class: 1, title: {zh: ISSN, en: ISSN}}
  issn_given: {type: VARCHAR, class: 1, title: {zh: ISSN 原文, en: ISSN as given}}
  price: {type: VARCHAR, class: 1, title: {zh: 价格, en: Price}}
  language: {type: VARCHAR, class: 1, title: {zh: 语种, en: Language}}
  country: {type: VARCHAR, class: 1, title: {zh: 国别, en: Country}}
  notes: {type: VARCHAR, class: 1, title: {zh: 附注, en: Notes}}
  contents: {type: VARCHAR, class: 1, title: {zh: 内容附注, en: Contents}}
  summary: {type: VARCHAR, class: 1, title: {zh: 提要, en: Summary}}
  subjects: {type: VARCHAR, class: 1, title: {zh: 主题, en: Subjects}}
  subject_names: {type: VARCHAR, class: 1, title: {zh: 名称主题, en: Names as subjects}}
  subject_places: {type: VARCHAR, class: 1, title: {zh: 地名主题, en: Places as subjects}}
  keywords: {type: VARCHAR, class: 1, title: {zh: 非控主题词, en: Keywords}}
  class_number: {type: VARCHAR, class: 1, title: {zh: 中图分类号, en: CLC number}}
  dewey: {type: VARCHAR, class: 1, title: {zh: 杜威分类号, en: Dewey number}}
  lc_class: {type: VARCHAR, class: 1, title: {zh: 国会图书馆分类号, en: LC class}}
  url: {type: VARCHAR, class: 1, title: {zh: 网址, en: Address}}
  clc_main: {type: VARCHAR, class: 1, title: {zh: 中图法大类, en: CLC main class}}
*/
WITH records AS (
  SELECT
    *,
    CASE
      WHEN record_id IS NOT NULL AND source_system IS NOT NULL
        THEN md5(concat('id|', record_id, '|', source_system))
      ELSE md5(concat(
        'text|', coalesce(title, ''), '|', coalesce(title_part, ''), '|',
        coalesce(responsibility, ''), '|', coalesce(isbn_given, ''), '|',
        coalesce(published, ''), '|', coalesce(record_id, '')
      ))
    END AS bib_id,
    -- A title of the holdings is known by the first twelve digits of its ISBN.
    CASE WHEN length(coalesce(isbn, '')) >= 13 THEN md5(concat('isbn|', left(isbn, 12))) ELSE '' END
      AS isbn_title
  FROM raw.bib_records
)

SELECT
  records.bib_id,
  coalesce(titles.title_id, '') AS title_id,
  coalesce(records.record_id, '') AS record_id,
  coalesce(records.source_system, '') AS source_system,
  coalesce(records.format, '') AS format,
  coalesce(records.record_type, '') AS record_type,
  CAST(records.changed_at AS TIMESTAMP) AS changed_at,
  coalesce(records.title, '') AS title,
  coalesce(records.title_rest, '') AS title_rest,
  coalesce(records.title_part, '') AS title_part,
  coalesce(records.title_parallel, '') AS title_parallel,
  coalesce(records.title_pinyin, '') AS title_pinyin,
  coalesce(records.title_variants, '') AS title_variants,
  coalesce(records.title_uniform, '') AS title_uniform,
  coalesce(records.responsibility, '') AS responsibility,
  coalesce(records.authors, '') AS authors,
  coalesce(records.author_bodies, '') AS author_bodies,
  coalesce(records.edition, '') AS edition,
  coalesce(records.place, '') AS place,
  coalesce(records.publisher, '') AS publisher,
  coalesce(records.published, '') AS published,
  CAST(records.published_year AS BIGINT) AS published_year,
  coalesce(records.extent, '') AS extent,
  coalesce(records.dimensions, '') AS dimensions,
  coalesce(records.series, '') AS series,
  coalesce(records.isbn, '') AS isbn,
  coalesce(records.isbn_given, '') AS isbn_given,
  coalesce(records.issn, '') AS issn,
  coalesce(records.issn_given, '') AS issn_given,
  coalesce(records.price, '') AS price,
  coalesce(records.language, '') AS language,
  coalesce(records.country, '') AS country,
  coalesce(records.notes, '') AS notes,
  coalesce(records.contents, '') AS contents,
  coalesce(records.summary, '') AS summary,
  coalesce(records.subjects, '') AS subjects,
  coalesce(records.subject_names, '') AS subject_names,
  coalesce(records.subject_places, '') AS subject_places,
  coalesce(records.keywords, '') AS keywords,
  coalesce(records.class_number, '') AS class_number,
  coalesce(records.dewey, '') AS dewey,
  coalesce(records.lc_class, '') AS lc_class,
  coalesce(records.url, '') AS url,
  coalesce(main.code, '') AS clc_main
FROM records
LEFT JOIN conformed.title AS titles ON titles.title_id = records.isbn_title
LEFT JOIN vocabulary.clc AS main
  ON main.level = 1 AND main.code = left(upper(coalesce(records.class_number, '')), 1)
