/*
id: budget_entry
title: {zh: 经费明细, en: Budget entries}
description:
  zh: >-
    每笔收入或支出，退款为负。
  en: >-
    Each income or expense; refunds are negative.
grain: {zh: 一笔经费一行, en: one row per entry}
data_class: operations
key: [entry_id]
columns:
  entry_id: {type: VARCHAR, class: 2, title: {zh: 凭证号, en: Entry number}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  month: {type: VARCHAR, class: 2, title: {zh: 月份, en: Month}}
  spent_on: {type: DATE, class: 2, title: {zh: 记账日期, en: Booked on}}
  flow: {type: VARCHAR, class: 2, title: {zh: 收支, en: Income or expense}}
  category: {type: VARCHAR, class: 2, title: {zh: 类别, en: Category}}
  fund: {type: VARCHAR, class: 2, title: {zh: 经费来源, en: Fund}}
  vendor: {type: VARCHAR, class: 2, title: {zh: 供应商, en: Vendor}}
  platform: {type: VARCHAR, class: 2, title: {zh: 平台, en: Platform}}
  amount: {type: DOUBLE, class: 2, title: {zh: 金额, en: Amount}, unit: CNY}
*/
SELECT
  entry_id,
  year,
  left(CAST(spent_on AS VARCHAR), 7) AS month,
  spent_on,
  flow,
  category,
  fund,
  coalesce(vendor, '') AS vendor,
  coalesce(platform, '') AS platform,
  amount
FROM raw.budget_entries
