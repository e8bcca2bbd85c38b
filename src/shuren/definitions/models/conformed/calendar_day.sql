/*
id: calendar_day
title: {zh: 校历日, en: Calendar days}
description:
  zh: 凡有借阅、到馆或座位记录的年份，从首年 1 月 1 日到末年 12 月 31 日的每一天，不论当天有无记录；按本馆校历标出学期、教学周、节假日和开馆与否；校历没写的日子不猜。
  en: Every day of the years from the first loan, visit or seat event to the last, 1 January to 31 December, whether or not anything happened on it, with term, teaching week, holiday and opening by the library's calendar; what the calendar does not say is not guessed.
grain: {zh: 一天一行, en: one row per day}
data_class: operations
owner: 综合办公室 General office
key: [day]
public: true
columns:
  day: {type: DATE, class: 1, title: {zh: 日期, en: Day}}
  year: {type: BIGINT, class: 1, title: {zh: 年, en: Year}}
  month: {type: VARCHAR, class: 1, title: {zh: 月, en: Month}}
  weekday: {type: BIGINT, class: 1, title: {zh: 星期（1 为周一）, en: Weekday (1 is Monday)}}
  term: {type: VARCHAR, class: 1, title: {zh: 学期, en: Term}}
  teaching_week: {type: BIGINT, class: 1, title: {zh: 教学周, en: Teaching week}}
  week_kind: {type: VARCHAR, class: 1, title: {zh: 周次性质, en: Kind of week}}
  holiday: {type: VARCHAR, class: 1, title: {zh: 节假日, en: Holiday}}
  is_working_day: {type: BOOLEAN, class: 1, title: {zh: 工作日, en: Working day}}
  is_open: {type: BOOLEAN, class: 1, title: {zh: 开馆, en: Open}}
*/
SELECT
  day,
  year(day) AS year,
  left(CAST(day AS VARCHAR), 7) AS month,
  weekday,
  term,
  teaching_week,
  week_kind,
  holiday,
  is_working_day,
  is_open
FROM calendar.day
