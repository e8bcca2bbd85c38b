/*
id: licensed_use
title: {zh: 许可资源的访问, en: Uses of licensed resources}
description:
  zh: 每月每类读者从本馆页面打开每个许可资源包的次数；不记是谁，也不含从别处进入平台的。
  en: >-
    How often each licensed package was opened from the library's pages, by month and kind of reader;
    not by whom, and without those who reach the platform by another way.
grain: {zh: 一月一类读者一个资源包一行, en: 'one row per month, kind of reader and package'}
data_class: operations
value: {zh: 校友等各类读者使用许可资源的统计, en: "How kinds of readers, such as alumni, use what is licensed"}
key: [month_from, kind, provider, package]
columns:
  month_from: {type: DATE, class: 2, title: {zh: 月份, en: Month}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  kind: {type: VARCHAR, class: 2, title: {zh: 读者类型, en: Kind of reader}}
  provider: {type: VARCHAR, class: 2, title: {zh: 供应商, en: Provider}}
  package: {type: VARCHAR, class: 2, title: {zh: 资源包, en: Package}}
  uses: {type: BIGINT, class: 2, title: {zh: 次数, en: Uses}, unit: 次}
*/
SELECT
  CAST(month_from AS DATE) AS month_from,
  CAST(year(month_from) AS BIGINT) AS year,
  kind,
  provider,
  coalesce(package, '') AS package,
  CAST(uses AS BIGINT) AS uses
FROM raw.licensed_uses
