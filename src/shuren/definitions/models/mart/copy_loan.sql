/*
id: copy_loan
title: {zh: 借出的册与借阅号, en: Copies out and their loans}
description:
  zh: 每一册在借的是哪一次借阅，供服务台还书时了结；不说是谁借的。
  en: "Which loan each copy that is out is on, so that the desk can end it; it does not say whose."
grain: {zh: 一册借出的一行, en: one row per copy that is out}
data_class: operations
value: {zh: 借出的册对应的借阅，供服务台还书, en: "The loan of each copy that is out, for giving it back at the desk"}
key: [item_id]
columns:
  item_id: {type: VARCHAR, class: 2, title: {zh: 条码, en: Barcode}}
  loan_id: {type: VARCHAR, class: 2, title: {zh: 借阅流水号, en: Loan id}}
*/
WITH placed AS (
  SELECT
    item_id, loan_id, returned_at, due_at,
    row_number() OVER (PARTITION BY item_id ORDER BY loaned_at DESC, loan_id DESC) AS place
  FROM conformed.loan
)

SELECT item_id, loan_id
FROM placed
WHERE place = 1 AND returned_at IS NULL AND due_at IS NOT NULL AND item_id IS NOT NULL
