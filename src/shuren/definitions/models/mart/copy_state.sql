/*
id: copy_state
title: {zh: 单册现况, en: Copies and where they are}
description:
  zh: >-
    每一册按馆藏文件与最近一次借阅所处的状态；只说册，不说人。借出中的给出借出日期和应还时间；
    在架的不说何时还回。只从借阅记录得知的册状态为 unknown，借出中除外。
  en: >-
    Where each copy is by the item files and its newest loan; it speaks of copies, never of persons.
    A copy on loan has the day it was lent and when it is due; of one that is in, nothing says when
    it came back. A copy known from loans only is unknown unless it is on loan.
grain: {zh: 一册一行, en: one row per copy}
data_class: bibliographic
key: [title_id, item_id]
public: true
columns:
  title_id: {type: VARCHAR, class: 1, title: {zh: 题名标识, en: Title id}}
  item_id: {type: VARCHAR, class: 1, title: {zh: 条码, en: Barcode}}
  call_number: {type: VARCHAR, class: 1, title: {zh: 索书号, en: Call number}}
  campus: {type: VARCHAR, class: 1, title: {zh: 校区, en: Campus}}
  location: {type: VARCHAR, class: 1, title: {zh: 馆藏地, en: Location}}
  status: {type: VARCHAR, class: 1, title: {zh: 状态, en: Status}}
  catalogued: {type: BOOLEAN, class: 1, title: {zh: 见于馆藏文件, en: In an item file}}
  lent_on: {type: DATE, class: 1, title: {zh: 借出日期, en: Lent on}}
  due_at: {type: TIMESTAMP, class: 1, title: {zh: 应还时间, en: Due at}}
*/
-- The newest loan of a copy says where it is; a copy never lent is where its status says.
WITH last_lent AS (
  SELECT item_id, max(loaned_at) AS loaned_at FROM conformed.loan GROUP BY item_id
),

newest_loan AS (
  SELECT
    item_id, loaned_at, due_at, returned_at IS NULL AND due_at IS NOT NULL AS is_out
  FROM (
    SELECT
      loan.item_id, loan.loaned_at, loan.returned_at, loan.due_at,
      row_number() OVER (PARTITION BY loan.item_id ORDER BY loan.loan_id DESC) AS place
    FROM conformed.loan AS loan
    INNER JOIN last_lent
      ON last_lent.item_id = loan.item_id AND last_lent.loaned_at = loan.loaned_at
  ) AS loans
  WHERE place = 1
),

placed AS (
  SELECT
    item.*,
    coalesce(newest_loan.is_out, item.status = 'on_loan') AS is_out,
    newest_loan.loaned_at,
    newest_loan.due_at
  FROM conformed.item AS item
  LEFT JOIN newest_loan ON newest_loan.item_id = item.item_id
)

SELECT
  title_id,
  item_id,
  call_number,
  campus,
  location,
  CASE
    WHEN status IN ('missing', 'withdrawn') THEN status
    WHEN is_out THEN 'on_loan'
    WHEN NOT catalogued THEN 'unknown'
    WHEN status IN ('', 'available', 'on_loan') THEN 'available'
    ELSE status
  END AS status,
  catalogued,
  CASE WHEN is_out THEN CAST(loaned_at AS DATE) END AS lent_on,
  CASE WHEN is_out THEN due_at END AS due_at
FROM placed
