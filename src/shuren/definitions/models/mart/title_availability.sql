/*
id: title_availability
title: {zh: 题名与可借情况, en: Titles and availability}
description:
  zh: >-
    每种书在每个校区的册数、借出册数和在架册数。只从借阅记录得知的书没有册数（为空，不是零）。
    借出指有应还日期而未归还的。
  en: >-
    Copies, copies on loan and copies available of each title on each campus. A title known from
    loans only has no counts (empty, not zero). On loan means lent with a due date and not returned.
grain: {zh: 一种书在一个校区一行, en: one row per title and campus}
data_class: collections
key: [title_id, campus]
public: true
columns:
  title_id: {type: VARCHAR, class: 1, title: {zh: 题名标识, en: Title id}}
  title: {type: VARCHAR, class: 1, title: {zh: 题名, en: Title}}
  title_pinyin: {type: VARCHAR, class: 1, title: {zh: 题名拼音, en: Title in pinyin}}
  author: {type: VARCHAR, class: 1, title: {zh: 著者, en: Author}}
  publisher: {type: VARCHAR, class: 1, title: {zh: 出版社, en: Publisher}}
  published_year: {type: BIGINT, class: 1, title: {zh: 出版年, en: Year of publication}}
  isbn: {type: VARCHAR, class: 1, title: {zh: ISBN, en: ISBN}}
  language: {type: VARCHAR, class: 1, title: {zh: 语种, en: Language}}
  call_number: {type: VARCHAR, class: 1, title: {zh: 索书号, en: Call number}}
  clc_main: {type: VARCHAR, class: 1, title: {zh: 中图法大类, en: CLC main class}}
  clc_second: {type: VARCHAR, class: 1, title: {zh: 中图法二级类, en: CLC second level}}
  campus: {type: VARCHAR, class: 1, title: {zh: 校区, en: Campus}}
  copies: {type: BIGINT, class: 1, title: {zh: 册数, en: Copies}, unit: 册}
  on_loan: {type: BIGINT, class: 1, title: {zh: 借出册数, en: Copies on loan}, unit: 册}
  available: {type: BIGINT, class: 1, title: {zh: 在架册数, en: Copies available}, unit: 册}
  search_text: {type: VARCHAR, class: 1, title: {zh: 检索用文字, en: Text to look in}}
*/
WITH out_now AS (
  SELECT DISTINCT item_id
  FROM conformed.loan
  WHERE returned_at IS NULL AND due_at IS NOT NULL
),

copies AS (
  SELECT
    item.title_id,
    item.campus,
    sum(CASE WHEN item.catalogued THEN 1 END) AS copies,
    sum(CASE WHEN item.catalogued AND out_now.item_id IS NOT NULL THEN 1
      WHEN item.catalogued THEN 0 END) AS on_loan
  FROM conformed.item AS item
  LEFT JOIN out_now ON out_now.item_id = item.item_id
  GROUP BY item.title_id, item.campus
)

SELECT
  title.title_id,
  title.title,
  title.title_pinyin,
  title.author,
  title.publisher,
  title.published_year,
  title.isbn,
  title.language,
  title.call_number,
  title.clc_main,
  title.clc_second,
  copies.campus,
  copies.copies,
  copies.on_loan,
  copies.copies - copies.on_loan AS available,
  lower(concat_ws(' ', title.title, title.author, title.title_pinyin,
    replace(title.title_pinyin, ' ', ''), title.isbn, title.call_number)) AS search_text
FROM copies
INNER JOIN conformed.title AS title ON title.title_id = copies.title_id
