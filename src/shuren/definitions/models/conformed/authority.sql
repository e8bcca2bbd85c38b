/*
id: authority
title: {zh: 规范记录, en: Authority records}
description:
  zh: 每条规范记录一行：标目、不用的形式、相关标目。多个值以 ‖ 分隔。
  en: >-
    One row per authority record: its heading, the forms not used, the headings related to it.
    Several values are parted by ‖.
grain: {zh: 一条规范记录一行, en: one row per authority record}
data_class: knowledge
value: {zh: 著者与主题的规范名，供检索与知识组织归并, en: "Authorised names of authors and subjects, to bring them together in search"}
key: [authority_id]
public: true
columns:
  authority_id: {type: VARCHAR, class: 1, title: {zh: 规范标识, en: Record id}}
  record_id: {type: VARCHAR, class: 1, title: {zh: 记录号, en: Record number}}
  source_system: {type: VARCHAR, class: 1, title: {zh: 来源系统, en: Source system}}
  format: {type: VARCHAR, class: 1, title: {zh: 格式, en: Format}}
  changed_at: {type: TIMESTAMP, class: 1, title: {zh: 更新时间, en: Changed at}}
  heading: {type: VARCHAR, class: 1, title: {zh: 标目, en: Heading}}
  life_dates: {type: VARCHAR, class: 1, title: {zh: 生卒年, en: Dates}}
  other_forms: {type: VARCHAR, class: 1, title: {zh: 其他形式, en: Other forms}}
  see_also: {type: VARCHAR, class: 1, title: {zh: 相关标目, en: Related headings}}
  notes: {type: VARCHAR, class: 1, title: {zh: 附注, en: Notes}}
*/
SELECT
  CASE
    WHEN record_id IS NOT NULL AND source_system IS NOT NULL
      THEN md5(concat('id|', record_id, '|', source_system))
    ELSE md5(concat(
      'text|', coalesce(heading, ''), '|', coalesce(life_dates, ''), '|', coalesce(record_id, '')
    ))
  END AS authority_id,
  coalesce(record_id, '') AS record_id,
  coalesce(source_system, '') AS source_system,
  coalesce(format, '') AS format,
  CAST(changed_at AS TIMESTAMP) AS changed_at,
  coalesce(heading, '') AS heading,
  coalesce(life_dates, '') AS life_dates,
  coalesce(other_forms, '') AS other_forms,
  coalesce(see_also, '') AS see_also,
  coalesce(notes, '') AS notes
FROM raw.authority_records
