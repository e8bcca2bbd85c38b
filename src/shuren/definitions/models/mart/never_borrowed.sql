/*
id: never_borrowed
title: {zh: 从未外借的馆藏, en: Stock never lent}
description:
  zh: >-
    编目在架、可外借而没有任何借阅记录的册，按类与入藏年份可数。同种书的其他册借出过的另行标出。
    借阅保存期之前的借阅已删除，因此“从未”指保存期之内。
  en: >-
    Catalogued copies that may be lent and of which there is no loan, by class and year of acquisition,
    saying whether another copy of the title was lent. Loans past their term are gone, so “never”
    means within the term.
grain: {zh: 一册一行, en: one row per copy}
data_class: zero
key: [item_id]
columns:
  item_id: {type: VARCHAR, class: 2, title: {zh: 条码, en: Barcode}}
  title_id: {type: VARCHAR, class: 2, title: {zh: 题名标识, en: Title id}}
  title: {type: VARCHAR, class: 2, title: {zh: 题名, en: Title}}
  author: {type: VARCHAR, class: 2, title: {zh: 著者, en: Author}}
  call_number: {type: VARCHAR, class: 2, title: {zh: 索书号, en: Call number}}
  clc_main: {type: VARCHAR, class: 2, title: {zh: 中图法大类, en: CLC main class}}
  clc_second: {type: VARCHAR, class: 2, title: {zh: 中图法二级类, en: CLC second level}}
  campus: {type: VARCHAR, class: 2, title: {zh: 校区, en: Campus}}
  location: {type: VARCHAR, class: 2, title: {zh: 馆藏地, en: Location}}
  acquired_at: {type: DATE, class: 2, title: {zh: 入藏日期, en: Acquired on}}
  acquired_year: {type: BIGINT, class: 2, title: {zh: 入藏年份, en: Year of acquisition}}
  price: {type: DOUBLE, class: 2, title: {zh: 价格, en: Price}, unit: 元}
  is_title_lent: {type: BOOLEAN, class: 2, title: {zh: 同种书借出过, en: Another copy was lent}}
*/
WITH lent_items AS (SELECT DISTINCT item_id FROM conformed.loan WHERE item_id <> ''),

lent_titles AS (SELECT DISTINCT title_id FROM conformed.loan WHERE title_id <> '')

SELECT
  item.item_id,
  item.title_id,
  item.title,
  item.author,
  item.call_number,
  title.clc_main,
  title.clc_second,
  item.campus,
  item.location,
  item.acquired_at,
  year(item.acquired_at) AS acquired_year,
  item.price,
  lent_titles.title_id IS NOT NULL AS is_title_lent
FROM conformed.item AS item
INNER JOIN conformed.title AS title ON title.title_id = item.title_id
LEFT JOIN lent_items ON lent_items.item_id = item.item_id
LEFT JOIN lent_titles ON lent_titles.title_id = item.title_id
WHERE
  lent_items.item_id IS NULL AND item.catalogued
  AND item.status IN ('', 'available')
