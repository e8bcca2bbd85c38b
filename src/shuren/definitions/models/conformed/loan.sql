/*
id: loan
title: {zh: 借阅, en: Loans}
description:
  zh: >-
    每次借出。没有条码的借阅按题名和索书号归到一册上；没有流水号的用整行的散列值。自办流通的借阅并入其中：
    同一册同一读者同一天两处都有的只算一次，以自办流通为准；其他系统借出、在本系统续借或归还的，取本系统所记。
  en: >-
    Each loan. One without a barcode goes to a copy by title and call number; one without a number is named
    by the hash of its row. Loans of our own circulation are among them: a copy that both a system's export
    and our own circulation lent to one reader on one day is one loan, ours; of a loan that another system
    made, a renewal or return here counts.
grain: {zh: 一次借阅一行, en: one row per loan}
data_class: behaviour
key: [loan_id]
person: reader_key
topic: {by: title, column: title_id, tells: [item_id]}
columns:
  loan_id: {type: VARCHAR, class: 2, title: {zh: 借阅流水号, en: Loan id}}
  reader_key: {type: VARCHAR, class: 3, title: {zh: 读者假名, en: Reader pseudonym}}
  item_id: {type: VARCHAR, class: 2, title: {zh: 条码, en: Barcode}}
  title_id: {type: VARCHAR, class: 2, title: {zh: 题名标识, en: Title id}}
  loaned_at: {type: TIMESTAMP, class: 2, title: {zh: 借出时间, en: Lent at}}
  due_at: {type: TIMESTAMP, class: 2, title: {zh: 应还时间, en: Due at}}
  returned_at: {type: TIMESTAMP, class: 2, title: {zh: 归还时间, en: Returned at}}
  renewals: {type: BIGINT, class: 2, title: {zh: 续借次数, en: Renewals}, unit: 次}
  campus: {type: VARCHAR, class: 2, title: {zh: 借出校区, en: Campus of the loan}}
*/
WITH exported AS (
  SELECT
    coalesce(nullif(loan_id, ''), _key) AS loan_id,
    reader_id AS reader_key,
    trim(coalesce(item_id, '')) AS barcode,
    trim(coalesce(title, '')) AS title,
    trim(coalesce(call_number, '')) AS call_number,
    CAST(loaned_at AS TIMESTAMP) AS loaned_at,
    CAST(due_at AS TIMESTAMP) AS due_at,
    CAST(returned_at AS TIMESTAMP) AS returned_at,
    coalesce(CAST(renewals AS BIGINT), 0) AS renewals,
    coalesce(campus, '') AS campus
  FROM raw.loans
),

own AS (
  SELECT
    loan_id,
    reader_id,
    item_id,
    CAST(loaned_at AS TIMESTAMP) AS loaned_at,
    CAST(due_at AS TIMESTAMP) AS due_at,
    CAST(returned_at AS TIMESTAMP) AS returned_at,
    CAST(renewals AS BIGINT) AS renewals,
    coalesce(campus, '') AS campus
  FROM raw.own_loans
),

own_days AS (
  SELECT DISTINCT item_id, reader_id, CAST(loaned_at AS DATE) AS day
  FROM own
  WHERE loaned_at IS NOT NULL AND reader_id IS NOT NULL
),

lent AS (
  SELECT
    exported.loan_id,
    exported.reader_key,
    exported.barcode,
    exported.title,
    exported.call_number,
    exported.loaned_at,
    CASE WHEN own.due_at > exported.due_at THEN own.due_at ELSE exported.due_at END AS due_at,
    coalesce(exported.returned_at, own.returned_at) AS returned_at,
    CASE WHEN own.renewals > exported.renewals THEN own.renewals ELSE exported.renewals END
      AS renewals,
    exported.campus
  FROM exported
  LEFT JOIN own ON own.loan_id = exported.loan_id
  LEFT JOIN own_days
    ON
      own_days.item_id = exported.barcode
      AND own_days.reader_id = exported.reader_key
      AND own_days.day = CAST(exported.loaned_at AS DATE)
  WHERE own_days.day IS NULL AND own.loaned_at IS NULL
  UNION ALL
  SELECT
    loan_id, reader_id, item_id, '' AS title, '' AS call_number, loaned_at, due_at, returned_at,
    renewals, campus
  FROM own
  WHERE loaned_at IS NOT NULL
),

copy_of_title AS (
  SELECT title, call_number, min(item_id) AS item_id
  FROM conformed.item
  GROUP BY title, call_number
),

with_item AS (
  SELECT
    lent.*,
    CASE WHEN lent.barcode <> '' THEN lent.barcode ELSE coalesce(copy_of_title.item_id, '') END
      AS item_id
  FROM lent
  LEFT JOIN copy_of_title
    ON copy_of_title.title = lent.title AND copy_of_title.call_number = lent.call_number
)

SELECT
  with_item.loan_id,
  with_item.reader_key,
  with_item.item_id,
  coalesce(item.title_id, '') AS title_id,
  with_item.loaned_at,
  with_item.due_at,
  with_item.returned_at,
  with_item.renewals,
  coalesce(nullif(with_item.campus, ''), item.campus, '') AS campus
FROM with_item
LEFT JOIN conformed.item AS item ON item.item_id = with_item.item_id
