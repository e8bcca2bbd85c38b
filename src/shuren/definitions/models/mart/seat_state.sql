/*
id: seat_state
title: {zh: 座位最近状态, en: Last state of seats}
description:
  zh: 每个座位最近一次变化之后的状态，截至快照。实时视图在它之上再加快照之后到达的事件。
  en: The state of each seat after its last change before the snapshot. The live view adds what landed since.
grain: {zh: 一个座位一行, en: one row per seat}
data_class: operations
key: [zone_id, seat_no]
public: true
columns:
  zone_id: {type: VARCHAR, class: 1, title: {zh: 区域编号, en: Zone id}}
  seat_no: {type: VARCHAR, class: 1, title: {zh: 座位号, en: Seat}}
  is_occupied: {type: BOOLEAN, class: 1, title: {zh: 占用, en: Taken}}
  changed_at: {type: TIMESTAMP, class: 1, title: {zh: 变化时间, en: Changed at}}
*/
-- Only events of a seat's last moment are put in order, not all there ever were.
WITH newest AS (
  SELECT zone_id, seat_no, max(changed_at) AS changed_at
  FROM conformed.seat_event
  GROUP BY zone_id, seat_no
),

ordered AS (
  SELECT
    event.zone_id,
    event.seat_no,
    event.state,
    event.changed_at,
    row_number() OVER (
      PARTITION BY event.zone_id, event.seat_no ORDER BY event.event_id DESC
    ) AS place
  FROM conformed.seat_event AS event
  INNER JOIN newest
    ON newest.zone_id = event.zone_id
    AND newest.seat_no = event.seat_no
    AND newest.changed_at = event.changed_at
)

SELECT zone_id, seat_no, state = 'occupied' AS is_occupied, changed_at
FROM ordered
WHERE place = 1
