/*
id: reader
title: {zh: 读者, en: Readers}
description:
  zh: >-
    各系统读者名单中的证，加上只在借阅记录里出现过的证（类型为空）。培养层次只记学生的。只有假名，没有姓名；
    同一人的几张证归到一个人名下。
  en: >-
    Cards of the reader lists of all systems, and cards known from loans only (their kind is empty).
    The kind of study is that of students only.
    Pseudonyms, no names; the cards of one person have one person key.
grain: {zh: 一张读者证一行, en: one row per card}
data_class: operations
key: [reader_key]
person: reader_key
counted_by: person_key
columns:
  reader_key: {type: VARCHAR, class: 3, title: {zh: 读者假名, en: Reader pseudonym}}
  person_key: {type: VARCHAR, class: 3, title: {zh: 所属的人, en: Person}}
  source_system: {type: VARCHAR, class: 2, title: {zh: 来源系统, en: Source system}}
  other_key: {type: VARCHAR, class: 3, title: {zh: 另一证号的假名, en: Pseudonym of another number}}
  kind: {type: VARCHAR, class: 2, title: {zh: 读者类型, en: Reader kind}}
  study: {type: VARCHAR, class: 2, title: {zh: 培养层次, en: Kind of study}}
  college: {type: VARCHAR, class: 2, title: {zh: 学院, en: College}}
  department: {type: VARCHAR, class: 2, title: {zh: 系所, en: Department}}
  major: {type: VARCHAR, class: 3, title: {zh: 专业, en: Major}}
  grade: {type: VARCHAR, class: 3, title: {zh: 年级, en: Year of study}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  status: {type: VARCHAR, class: 3, title: {zh: 证件状态, en: Card status}}
  valid_until: {type: DATE, class: 3, title: {zh: 有效期至, en: Valid until}}
*/
WITH registered AS (
  SELECT
    reader_id AS reader_key, source_system, other_id, kind, study, college, department, major, grade, campus, status, valid_until
  FROM raw.readers
),

from_loans AS (
  SELECT DISTINCT loans.reader_id AS reader_key
  FROM raw.loans AS loans
  LEFT JOIN registered ON registered.reader_key = loans.reader_id
  WHERE registered.reader_key IS NULL AND coalesce(loans.reader_id, '') <> ''
)

SELECT
  registered.reader_key,
  coalesce(links.person_id, registered.reader_key) AS person_key,
  coalesce(registered.source_system, '') AS source_system,
  coalesce(registered.other_id, '') AS other_key,
  coalesce(registered.kind, '') AS kind,
  CASE WHEN registered.kind = 'student' THEN coalesce(registered.study, '') ELSE '' END AS study,
  coalesce(registered.college, '') AS college,
  coalesce(registered.department, '') AS department,
  coalesce(registered.major, '') AS major,
  coalesce(CAST(registered.grade AS VARCHAR), '') AS grade,
  coalesce(registered.campus, '') AS campus,
  coalesce(registered.status, '') AS status,
  registered.valid_until
FROM registered
LEFT JOIN raw.reader_links AS links ON links.reader_id = registered.reader_key
UNION ALL
SELECT reader_key, reader_key, '', '', '', '', '', '', '', '', '', '', NULL
FROM from_loans
