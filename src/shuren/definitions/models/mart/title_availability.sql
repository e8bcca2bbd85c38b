/*
id: title_availability
title: {zh: 题名与可借情况, en: Titles and availability}
description:
  zh: >-
    每种书在每个校区的册数、借出册数和可借册数；丢失和剔除的不算，仅供阅览的不可借。只从借阅记录
    得知的书没有册数（为空，不是零）。借出指最近一次借阅有应还日期而未归还。
  en: >-
    Copies, copies on loan and copies to be borrowed of each title on each campus, without those
    missing or withdrawn; reference copies are not to be borrowed. A title known from loans only has
    no counts (empty, not zero). On loan means that the newest loan has a due date and no return.
grain: {zh: 一种书在一个校区一行, en: one row per title and campus}
data_class: bibliographic
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
  available: {type: BIGINT, class: 1, title: {zh: 可借册数, en: Copies to be borrowed}, unit: 册}
  search_text: {type: VARCHAR, class: 1, title: {zh: 检索用文字, en: Text to look in}}
*/
WITH held AS (
  SELECT
    title_id,
    campus,
    catalogued AND status NOT IN ('missing', 'withdrawn', 'on_order') AS is_held,
    status
  FROM mart.copy_state
),

copies AS (
  SELECT
    title_id,
    campus,
    sum(CASE WHEN is_held THEN 1 END) AS copies,
    sum(CASE WHEN is_held AND status = 'on_loan' THEN 1 WHEN is_held THEN 0 END) AS on_loan,
    sum(CASE WHEN is_held AND status = 'available' THEN 1 WHEN is_held THEN 0 END) AS available
  FROM held
  GROUP BY title_id, campus
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
  copies.available,
  lower(concat_ws(' ', title.title, title.author, title.title_pinyin,
    replace(title.title_pinyin, ' ', ''), title.isbn, title.call_number)) AS search_text
FROM copies
INNER JOIN conformed.title AS title ON title.title_id = copies.title_id
