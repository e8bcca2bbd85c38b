/*
id: own_hold
title: {zh: 自办流通的预约, en: Holds of our own circulation}
description:
  zh: 每个预约：等哪种书、何时提出、何时到书、是否取走；不记是谁在等。
  en: "Each hold: which title, when it was placed and ready, whether it was collected; not who waits."
grain: {zh: 一个预约一行, en: one row per hold}
data_class: operations
value: {zh: 预约等候与取书的明细，供流通分析, en: "How long holds wait and whether they are collected, for the study of circulation"}
key: [hold_id]
columns:
  hold_id: {type: VARCHAR, class: 2, title: {zh: 预约号, en: Hold id}}
  title_id: {type: VARCHAR, class: 2, title: {zh: 题名标识, en: Title id}}
  item_id: {type: VARCHAR, class: 2, title: {zh: 条码, en: Barcode}}
  campus: {type: VARCHAR, class: 2, title: {zh: 取书校区, en: Pick-up}}
  placed_at: {type: TIMESTAMP, class: 2, title: {zh: 预约时间, en: Placed at}}
  ready_at: {type: TIMESTAMP, class: 2, title: {zh: 到书时间, en: Ready at}}
  state: {type: VARCHAR, class: 2, title: {zh: 状态, en: State}}
*/
SELECT
  hold_id,
  title_id,
  coalesce(item_id, '') AS item_id,
  coalesce(campus, '') AS campus,
  placed_at,
  ready_at,
  state
FROM raw.own_holds
