/*
id: reader_pair
title: {zh: 可能同为一人的证, en: Cards that may be one person's}
description:
  zh: 两张证可能属于同一人但没有把握，等人判断；不影响任何计数，直到有人采纳。
  en: >-
    Two cards that may be one person's, without certainty, for somebody to decide; they change no count
    until then.
grain: {zh: 一对证一行, en: one row per pair of cards}
data_class: operations
value: {zh: 供馆员判断两张证是否同属一人, en: For a librarian to decide whether two cards are one person's}
key: [reader_key, other_key]
person: reader_key
columns:
  reader_key: {type: VARCHAR, class: 3, title: {zh: 一张证, en: One card}}
  other_key: {type: VARCHAR, class: 3, title: {zh: 另一张证, en: The other card}}
  reason: {type: VARCHAR, class: 3, title: {zh: 依据, en: Reason}}
  probability: {type: DOUBLE, class: 3, title: {zh: 概率, en: Probability}}
  model_version: {type: VARCHAR, class: 2, title: {zh: 模型版本, en: Model version}}
*/
SELECT
  pairs.reader_id AS reader_key,
  pairs.other_id AS other_key,
  pairs.reason,
  CAST(pairs.probability AS DOUBLE) AS probability,
  coalesce(pairs.model_version, '') AS model_version
FROM raw.reader_pairs AS pairs
LEFT JOIN raw.resolution_decisions AS decided
  ON decided.kind = 'readers'
  AND decided.one_id = pairs.reader_id
  AND decided.other_id = pairs.other_id
WHERE decided.kind IS NULL
