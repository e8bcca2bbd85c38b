/*
id: non_users
title: {zh: 没有使用记录的读者, en: Readers without any use}
description:
  zh: >-
    读者档案里有、在保存期内既无借阅也无刷卡进馆的人。一人一行，只为按类型与学院计数：不足 5 人的组
    不显示，不供查看个人。
  en: >-
    People of the reader files with neither a loan nor a card read at a gate within the terms these are
    kept. One row each so that they can be counted by kind and college; groups of fewer than 5 are
    hidden, and nobody is looked up.
grain: {zh: 一位读者一行, en: one row per reader}
data_class: zero
key: [reader_key]
person: reader_key
columns:
  reader_key: {type: VARCHAR, class: 3, title: {zh: 读者假名, en: Reader pseudonym}}
  kind: {type: VARCHAR, class: 2, title: {zh: 读者类型, en: Reader kind}}
  college: {type: VARCHAR, class: 2, title: {zh: 学院, en: College}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
*/
WITH users AS (
  SELECT reader_key FROM conformed.loan
  UNION
  SELECT reader_key FROM conformed.gate_event
)

SELECT reader.reader_key, reader.kind, reader.college, reader.campus
FROM conformed.reader AS reader
LEFT JOIN users ON users.reader_key = reader.reader_key
WHERE users.reader_key IS NULL
