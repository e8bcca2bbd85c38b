/*
id: declared_interest
title: {zh: 读者自述的兴趣, en: Interests readers declare}
description:
  zh: 读者自己选择、尚未撤回的兴趣；同一兴趣以最近一次选择为准。
  en: "Interests that readers chose and have not taken back; of one interest the last choice counts."
grain: {zh: 一名读者的一个兴趣一行, en: one row per reader and interest}
data_class: zero
value: {zh: 零方数据的“自述”一面，排序时先于推断的兴趣, en: "What readers say themselves, which ranks before what is inferred"}
key: [reader_key, scheme, interest]
person: reader_key
topic: {by: class, column: interest, tells: [interest]}
columns:
  reader_key: {type: VARCHAR, class: 3, title: {zh: 读者假名, en: Reader pseudonym}}
  scheme: {type: VARCHAR, class: 2, title: {zh: 词表, en: Scheme}}
  interest: {type: VARCHAR, class: 3, title: {zh: 兴趣, en: Interest}}
  declared_at: {type: TIMESTAMP, class: 2, title: {zh: 选择时间, en: Declared at}}
*/
SELECT
  reader_id AS reader_key,
  scheme,
  interest,
  declared_at
FROM raw.declared_interests
WHERE NOT is_withdrawn
