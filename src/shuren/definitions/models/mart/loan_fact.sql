/*
id: loan_fact
title: {zh: 借阅事实表, en: Loan facts}
description:
  zh: 每次借阅连同看板要分组的一切：时间、校历、题名、分类、读者类型、学院、校区。
  en: Each loan with everything the dashboards group by, which is time, calendar, title, class, reader kind, college and campus.
grain: {zh: 一次借阅一行, en: one row per loan}
data_class: behaviour
key: [loan_id]
person: reader_key
counted_by: person_key
person_number: person_no
topic: {by: title, column: title_id, tells: [item_id, title, author, call_number, clc_main, clc_second]}
speaks_until: day
columns:
  loan_id: {type: VARCHAR, class: 2, title: {zh: 借阅流水号, en: Loan id}}
  reader_key: {type: VARCHAR, class: 3, title: {zh: 读者假名, en: Reader pseudonym}}
  person_key: {type: VARCHAR, class: 3, title: {zh: 所属的人, en: Person}}
  person_no: {type: BIGINT, class: 3, title: {zh: 人的序号, en: Number of the person}}
  reader_kind: {type: VARCHAR, class: 2, title: {zh: 读者类型, en: Reader kind}}
  college: {type: VARCHAR, class: 2, title: {zh: 学院, en: College}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  item_id: {type: VARCHAR, class: 2, title: {zh: 条码, en: Barcode}}
  title_id: {type: VARCHAR, class: 2, title: {zh: 题名标识, en: Title id}}
  title: {type: VARCHAR, class: 2, title: {zh: 题名, en: Title}}
  author: {type: VARCHAR, class: 2, title: {zh: 著者, en: Author}}
  call_number: {type: VARCHAR, class: 2, title: {zh: 索书号, en: Call number}}
  clc_main: {type: VARCHAR, class: 2, title: {zh: 中图法大类, en: CLC main class}}
  clc_second: {type: VARCHAR, class: 2, title: {zh: 中图法二级类, en: CLC second level}}
  loaned_at: {type: TIMESTAMP, class: 2, title: {zh: 借出时间, en: Lent at}}
  due_at: {type: TIMESTAMP, class: 2, title: {zh: 应还时间, en: Due at}}
  returned_at: {type: TIMESTAMP, class: 2, title: {zh: 归还时间, en: Returned at}}
  renewals: {type: BIGINT, class: 2, title: {zh: 续借次数, en: Renewals}, unit: 次}
  is_out: {type: BOOLEAN, class: 2, title: {zh: 尚未归还, en: Still out}}
  day: {type: DATE, class: 2, title: {zh: 借出日期, en: Day of the loan}}
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  term: {type: VARCHAR, class: 2, title: {zh: 学期, en: Term}}
  teaching_week: {type: BIGINT, class: 2, title: {zh: 教学周, en: Teaching week}}
  week_kind: {type: VARCHAR, class: 2, title: {zh: 周次性质, en: Kind of week}}
*/
WITH lent AS (
  SELECT
    loan.*,
    CAST(loaned_at AS DATE) AS day,
    -- A source that knows no due dates knows no returns either; its loans are not "still out".
    returned_at IS NULL AND due_at IS NOT NULL AS is_out
  FROM conformed.loan AS loan
),

borrowers AS (
  SELECT cards.reader_key, coalesce(reader.person_key, cards.reader_key) AS person_key
  FROM (SELECT DISTINCT reader_key FROM conformed.loan) AS cards
  LEFT JOIN conformed.reader AS reader ON reader.reader_key = cards.reader_key
  WHERE cards.reader_key IS NOT NULL
),

-- Persons are counted by a short number, several times quicker than by pseudonym.
persons AS (
  SELECT person_key, row_number() OVER (ORDER BY person_key) AS person_no
  FROM (SELECT DISTINCT person_key FROM borrowers) AS known
),

numbered AS (
  SELECT borrowers.reader_key, borrowers.person_key, persons.person_no
  FROM borrowers
  INNER JOIN persons ON persons.person_key = borrowers.person_key
)

SELECT
  lent.loan_id,
  lent.reader_key,
  numbered.person_key,
  numbered.person_no,
  coalesce(reader.kind, '') AS reader_kind,
  coalesce(reader.college, '') AS college,
  coalesce(nullif(lent.campus, ''), reader.campus, '') AS campus,
  lent.item_id,
  lent.title_id,
  coalesce(title.title, '') AS title,
  coalesce(title.author, '') AS author,
  coalesce(title.call_number, '') AS call_number,
  coalesce(title.clc_main, '') AS clc_main,
  coalesce(title.clc_second, '') AS clc_second,
  lent.loaned_at,
  lent.due_at,
  lent.returned_at,
  lent.renewals,
  lent.is_out,
  lent.day,
  calendar.month,
  calendar.year,
  calendar.term,
  calendar.teaching_week,
  calendar.week_kind
FROM lent
LEFT JOIN numbered ON numbered.reader_key = lent.reader_key
LEFT JOIN conformed.reader AS reader ON reader.reader_key = lent.reader_key
LEFT JOIN conformed.title AS title ON title.title_id = lent.title_id
LEFT JOIN conformed.calendar_day AS calendar ON calendar.day = lent.day
