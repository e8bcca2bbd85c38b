/*
id: non_users
title: {zh: 没有使用记录的读者, en: Readers without any use}
description:
  zh: >-
    读者档案里有、在保存期内任何一张证都既无借阅也无刷卡进馆的人。一人一行，只为按类型与学院计数：
    不足 5 人的组不显示，不供查看个人。
  en: >-
    People of the reader files none of whose cards has a loan or was read at a gate within the terms
    these are kept. One row each so that they can be counted by kind and college; groups of fewer than 5 are
    hidden, and nobody is looked up.
grain: {zh: 一人一行, en: one row per person}
data_class: zero
key: [person_key]
person: person_key
columns:
  person_key: {type: VARCHAR, class: 3, title: {zh: 人的假名, en: Person}}
  kind: {type: VARCHAR, class: 2, title: {zh: 读者类型, en: Reader kind}}
  college: {type: VARCHAR, class: 2, title: {zh: 学院, en: College}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
*/
WITH used AS (
  SELECT reader_key FROM conformed.loan
  UNION
  SELECT reader_key FROM conformed.gate_event
),

users AS (
  SELECT DISTINCT reader.person_key
  FROM used
  INNER JOIN conformed.reader AS reader ON reader.reader_key = used.reader_key
)

SELECT person.person_key, person.kind, person.college, person.campus
FROM conformed.person AS person
LEFT JOIN users ON users.person_key = person.person_key
WHERE users.person_key IS NULL
