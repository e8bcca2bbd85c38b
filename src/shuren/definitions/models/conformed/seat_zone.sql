/*
id: seat_zone
title: {zh: 座位区, en: Seat zones}
description:
  zh: 每栋楼每层的座位区：座位数、安静程度、电源、开放时间。
  en: Seat zones of every floor, with their seats, quietness, power and hours.
grain: {zh: 一个座位区一行, en: one row per zone}
data_class: operations
key: [zone_id]
public: true
columns:
  zone_id: {type: VARCHAR, class: 1, title: {zh: 区域编号, en: Zone id}}
  campus: {type: VARCHAR, class: 1, title: {zh: 校区, en: Campus}}
  building: {type: VARCHAR, class: 1, title: {zh: 馆舍, en: Building}}
  floor: {type: BIGINT, class: 1, title: {zh: 楼层（地面层为 1）, en: Floor (1 is the ground)}}
  title: {type: VARCHAR, class: 1, title: {zh: 区域名称, en: Zone}}
  title_en: {type: VARCHAR, class: 1, title: {zh: 英文名称, en: Zone in English}}
  kind: {type: VARCHAR, class: 1, title: {zh: 区域类型, en: Kind of zone}}
  seats: {type: BIGINT, class: 1, title: {zh: 座位数, en: Seats}, unit: 个}
  area_m2: {type: DOUBLE, class: 1, title: {zh: 面积, en: Area}, unit: m²}
  power: {type: BOOLEAN, class: 1, title: {zh: 电源插座, en: Power sockets}}
  quiet_level: {type: BIGINT, class: 1, title: {zh: 安静程度（3 为静音）, en: Quietness (3 is silence)}}
  opens_at: {type: VARCHAR, class: 1, title: {zh: 开放时间, en: Opens at}}
  closes_at: {type: VARCHAR, class: 1, title: {zh: 关闭时间, en: Closes at}}
*/
SELECT
  zone_id,
  campus,
  building,
  floor,
  title,
  coalesce(title_en, '') AS title_en,
  coalesce(kind, '') AS kind,
  seats,
  area_m2,
  power,
  quiet_level,
  coalesce(opens_at, '') AS opens_at,
  coalesce(closes_at, '') AS closes_at
FROM raw.seat_zones
