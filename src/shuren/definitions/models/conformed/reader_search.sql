/*
id: reader_search
title: {zh: 读者的检索, en: Searches of readers}
description:
  zh: 同意“记住我的检索”的读者的检索，供本人回看。
  en: "Searches of readers who agreed to have them remembered, for themselves to look back at."
grain: {zh: 一名读者的一次检索一行, en: one row per search of a reader}
data_class: behaviour
key: [event_id]
person: reader_key
columns:
  event_id: {type: VARCHAR, class: 2, title: {zh: 事件号, en: Event id}}
  reader_key: {type: VARCHAR, class: 3, title: {zh: 读者假名, en: Reader pseudonym}}
  searched_at: {type: TIMESTAMP, class: 2, title: {zh: 检索时间, en: Searched at}}
  words: {type: VARCHAR, class: 4, title: {zh: 检索词, en: Words}}
  hits: {type: BIGINT, class: 2, title: {zh: 命中数, en: Hits}, unit: 种}
  place: {type: VARCHAR, class: 2, title: {zh: 入口, en: Place}}
*/
SELECT
  event_id,
  reader_id AS reader_key,
  searched_at,
  words,
  hits,
  coalesce(place, '') AS place
FROM raw.reader_searches
