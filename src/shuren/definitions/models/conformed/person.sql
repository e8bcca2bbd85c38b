/*
id: person
title: {zh: 人, en: Persons}
description:
  zh: >-
    同一人的几张证归为一行；类型、院系等取自其有效的、写明类型的那张证。还没有归并过的证各自为一人。
  en: >-
    The cards of one person in one row; kind, college and the rest are those of a valid card that says
    a kind. A card that was never linked is a person by itself.
grain: {zh: 一人一行, en: one row per person}
data_class: operations
value: {zh: 同一人在几个系统里的证归在一起，按人而不按证计数, en: "Cards of one person in several systems stand together, so that persons are counted and not cards"}
key: [person_key]
person: person_key
columns:
  person_key: {type: VARCHAR, class: 3, title: {zh: 人的假名, en: Person}}
  kind: {type: VARCHAR, class: 2, title: {zh: 读者类型, en: Reader kind}}
  college: {type: VARCHAR, class: 2, title: {zh: 学院, en: College}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  cards: {type: BIGINT, class: 3, title: {zh: 证数, en: Cards}, unit: 张}
*/
WITH placed AS (
  SELECT
    person_key,
    kind,
    college,
    campus,
    row_number() OVER (
      PARTITION BY person_key
      ORDER BY
        CASE WHEN kind <> '' THEN 0 ELSE 1 END,
        CASE WHEN status = 'active' THEN 0 ELSE 1 END,
        CASE WHEN reader_key = person_key THEN 0 ELSE 1 END,
        reader_key
    ) AS place
  FROM conformed.reader
),

counted AS (
  SELECT person_key, count(*) AS cards
  FROM conformed.reader
  GROUP BY person_key
)

SELECT
  placed.person_key,
  placed.kind,
  placed.college,
  placed.campus,
  CAST(counted.cards AS BIGINT) AS cards
FROM placed
INNER JOIN counted ON counted.person_key = placed.person_key
WHERE placed.place = 1
