/*
id: acquisition
title: {zh: 采访订单, en: Acquisitions}
description:
  zh: >-
    每张订单，连同从订购到到货、从到货到上架的天数；未到的为空。
  en: >-
    Each order with its days from order to receipt and on to the shelf; empty while it is open.
grain: {zh: 一张订单一行, en: one row per order}
data_class: operations
key: [order_id]
columns:
  order_id: {type: VARCHAR, class: 2, title: {zh: 订单号, en: Order number}}
  year: {type: BIGINT, class: 2, title: {zh: 年份, en: Year}}
  category: {type: VARCHAR, class: 2, title: {zh: 文献类别, en: Category}}
  vendor: {type: VARCHAR, class: 2, title: {zh: 供应商, en: Vendor}}
  ordered_at: {type: DATE, class: 2, title: {zh: 订购日期, en: Ordered on}}
  received_at: {type: DATE, class: 2, title: {zh: 到货日期, en: Received on}}
  shelved_at: {type: DATE, class: 2, title: {zh: 上架日期, en: Shelved on}}
  copies: {type: BIGINT, class: 2, title: {zh: 册数, en: Copies}, unit: 册}
  price: {type: DOUBLE, class: 2, title: {zh: 码洋, en: Price}, unit: CNY}
  days_to_receive: {type: BIGINT, class: 2, title: {zh: 到货天数, en: Days to receipt}, unit: 天}
  days_to_shelf: {type: BIGINT, class: 2, title: {zh: 加工天数, en: Days to the shelf}, unit: 天}
*/
SELECT
  order_id,
  CAST(year(ordered_at) AS BIGINT) AS year,
  category,
  coalesce(vendor, '') AS vendor,
  ordered_at,
  received_at,
  shelved_at,
  copies,
  price,
  CAST(received_at - ordered_at AS BIGINT) AS days_to_receive,
  CAST(shelved_at - received_at AS BIGINT) AS days_to_shelf
FROM raw.acquisitions
