/*
id: reader
title: {zh: 读者, en: Readers}
description:
  zh: 读者档案中的人，加上只在借阅记录里出现过的人（类型为空）。只有假名，没有姓名。
  en: People of the reader files, and people known from loans only (their kind is empty). Pseudonyms, no names.
grain: {zh: 一位读者一行, en: one row per reader}
data_class: operations
key: [reader_key]
person: reader_key
columns:
  reader_key: {type: VARCHAR, class: 3, title: {zh: 读者假名, en: Reader pseudonym}}
  kind: {type: VARCHAR, class: 2, title: {zh: 读者类型, en: Reader kind}}
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
    reader_id AS reader_key, kind, college, department, major, grade, campus, status, valid_until
  FROM raw.readers
),

from_loans AS (
  SELECT DISTINCT loans.reader_id AS reader_key
  FROM raw.loans AS loans
  LEFT JOIN registered ON registered.reader_key = loans.reader_id
  WHERE registered.reader_key IS NULL AND coalesce(loans.reader_id, '') <> ''
)

SELECT
  reader_key,
  coalesce(kind, '') AS kind,
  coalesce(college, '') AS college,
  coalesce(department, '') AS department,
  coalesce(major, '') AS major,
  coalesce(CAST(grade AS VARCHAR), '') AS grade,
  coalesce(campus, '') AS campus,
  coalesce(status, '') AS status,
  valid_until
FROM registered
UNION ALL
SELECT reader_key, '', '', '', '', '', '', '', NULL
FROM from_loans
