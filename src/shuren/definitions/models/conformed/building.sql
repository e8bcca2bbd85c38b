/*
id: building
title: {zh: 馆舍, en: Buildings}
description:
  zh: >-
    每座馆舍的面积、启用年份与每周开放小时。
  en: >-
    Each building with its areas, the year it opened and its hours a week.
grain: {zh: 一座馆舍一行, en: one row per building}
data_class: operations
key: [campus, building]
public: true
columns:
  campus: {type: VARCHAR, class: 1, title: {zh: 校区, en: Campus}}
  building: {type: VARCHAR, class: 1, title: {zh: 馆舍, en: Building}}
  area_m2: {type: DOUBLE, class: 1, title: {zh: 建筑面积, en: Area}, unit: m²}
  user_area_m2: {type: DOUBLE, class: 1, title: {zh: 读者使用面积, en: Area for users}, unit: m²}
  opened_year: {type: BIGINT, class: 1, title: {zh: 启用年份, en: Opened in}}
  weekly_hours: {type: DOUBLE, class: 1, title: {zh: 每周开放小时, en: Hours open a week}, unit: h}
*/
SELECT campus, building, area_m2, user_area_m2, opened_year, weekly_hours
FROM raw.buildings
