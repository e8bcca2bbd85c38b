/*
id: title
title: {zh: 题名, en: Titles}
description:
  zh: 同一题名的各册合为一行；各册写法不同时取其一，结果与行序无关。
  en: The copies of one title in one row; where they differ one spelling is taken, whatever the order of rows.
grain: {zh: 一种书一行, en: one row per title}
data_class: bibliographic
key: [title_id]
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
  class_number: {type: VARCHAR, class: 1, title: {zh: 分类号, en: Class number}}
  clc_main: {type: VARCHAR, class: 1, title: {zh: 中图法大类, en: CLC main class}}
  clc_second: {type: VARCHAR, class: 1, title: {zh: 中图法二级类, en: CLC second level}}
*/
SELECT
  title_id,
  min(title) AS title,
  max(title_pinyin) AS title_pinyin,
  max(author) AS author,
  max(publisher) AS publisher,
  max(published_year) AS published_year,
  max(isbn) AS isbn,
  max(language) AS language,
  max(call_number) AS call_number,
  max(class_number) AS class_number,
  max(clc_main) AS clc_main,
  max(clc_second) AS clc_second
FROM conformed.item
GROUP BY title_id
