/*
id: item
title: {zh: 馆藏单册, en: Items}
description:
  zh: >-
    馆藏文件中的单册、入藏的赠书，加上只在借阅记录里出现过的单册。同一题名由 ISBN 认定；无 ISBN 时由题名、
    著者、分类号认定；再无则由题名和索书号认定。分类取自分类号，没有分类号时取索书号的第一段。赠书按
    ISBN、再按题名与著者归入已有题名；馆藏文件里已有其条码或已收其书的，以馆藏文件为准。
  en: >-
    Copies of the item files, accepted copies of gifts, and copies known from loans only. One title is
    what has one ISBN; without it, one title, author and class number; else one title and call number.
    The class is that of the class number, or of the first part of the call number. A gift joins the
    title with its ISBN, else with its title and author, and gives way once the item files have its
    barcode or took its title up.
grain: {zh: 一册一行, en: one row per copy}
data_class: bibliographic
key: [item_id]
columns:
  item_id: {type: VARCHAR, class: 2, title: {zh: 条码, en: Barcode}}
  title_id: {type: VARCHAR, class: 1, title: {zh: 题名标识, en: Title id}}
  title: {type: VARCHAR, class: 1, title: {zh: 题名, en: Title}}
  title_pinyin: {type: VARCHAR, class: 1, title: {zh: 题名拼音, en: Title in pinyin}}
  author: {type: VARCHAR, class: 1, title: {zh: 著者, en: Author}}
  publisher: {type: VARCHAR, class: 1, title: {zh: 出版社, en: Publisher}}
  published_year: {type: BIGINT, class: 1, title: {zh: 出版年, en: Year of publication}}
  isbn: {type: VARCHAR, class: 1, title: {zh: ISBN, en: ISBN}}
  language: {type: VARCHAR, class: 1, title: {zh: 语种, en: Language}}
  call_number: {type: VARCHAR, class: 1, title: {zh: 索书号, en: Call number}}
  class_number: {type: VARCHAR, class: 1, title: {zh: 分类号, en: Class number}}
  clc_main: {type: VARCHAR, class: 1, title: {zh: 中图法大类, en: CLC main class}}
  clc_second: {type: VARCHAR, class: 1, title: {zh: 中图法二级类, en: CLC second level}}
  campus: {type: VARCHAR, class: 1, title: {zh: 校区, en: Campus}}
  location: {type: VARCHAR, class: 1, title: {zh: 馆藏地, en: Location}}
  status: {type: VARCHAR, class: 2, title: {zh: 状态, en: Status}}
  price: {type: DOUBLE, class: 2, title: {zh: 价格, en: Price}, unit: CNY}
  acquired_at: {type: DATE, class: 2, title: {zh: 入藏日期, en: Acquired on}}
  catalogued: {type: BOOLEAN, class: 2, title: {zh: 见于馆藏文件或赠书, en: In an item file or a gift}}
*/
WITH in_files AS (
  SELECT
    item_id,
    trim(coalesce(title, '')) AS title,
    coalesce(title_pinyin, '') AS title_pinyin,
    trim(coalesce(author, '')) AS author,
    coalesce(publisher, '') AS publisher,
    CAST(published_year AS BIGINT) AS published_year,
    upper(replace(replace(trim(coalesce(isbn, '')), '-', ''), ' ', '')) AS isbn,
    coalesce(language, '') AS language,
    trim(coalesce(call_number, '')) AS call_number,
    upper(trim(coalesce(class_number, ''))) AS class_number,
    coalesce(campus, '') AS campus,
    coalesce(location, '') AS location,
    coalesce(status, '') AS status,
    CAST(price AS DOUBLE) AS price,
    CAST(acquired_at AS DATE) AS acquired_at
  FROM raw.items
),

-- The first twelve digits of an ISBN-13 and 978 before nine of an ISBN-10 are the same book;
-- the check digit adds nothing.
isbn_known AS (
  SELECT
    item_id,
    CASE
      WHEN length(isbn) = 13 AND TRY_CAST(left(isbn, 12) AS BIGINT) IS NOT NULL THEN left(isbn, 12)
      WHEN length(isbn) = 10 AND TRY_CAST(left(isbn, 9) AS BIGINT) IS NOT NULL
        THEN concat('978', left(isbn, 9))
      ELSE ''
    END AS isbn_stem
  FROM in_files
),

titled AS (
  SELECT
    in_files.*,
    md5(CASE
      WHEN isbn_stem <> '' THEN concat('isbn|', isbn_stem)
      WHEN author <> '' AND class_number <> ''
        THEN concat('title|', title, '|', author, '|', class_number)
      WHEN title <> '' OR call_number <> '' THEN concat('call|', title, '|', call_number)
      ELSE concat('item|', in_files.item_id)
    END) AS title_id
  FROM in_files
  INNER JOIN isbn_known ON isbn_known.item_id = in_files.item_id
),

gifts AS (
  SELECT
    copy_id,
    trim(coalesce(item_id, '')) AS barcode,
    trim(coalesce(title, '')) AS title,
    trim(coalesce(author, '')) AS author,
    lower(replace(coalesce(author, ''), ' ', '')) AS author_key,
    coalesce(publisher, '') AS publisher,
    CAST(published_year AS BIGINT) AS published_year,
    coalesce(isbn, '') AS isbn,
    trim(coalesce(call_number, '')) AS call_number,
    upper(trim(coalesce(class_number, ''))) AS class_number,
    coalesce(campus, '') AS campus,
    coalesce(location, '') AS location,
    coalesce(status, '') AS status,
    CAST(accepted_on AS DATE) AS acquired_at,
    coalesce(is_known, FALSE) AS is_known,
    CASE
      WHEN length(coalesce(isbn, '')) = 13 THEN md5(concat('isbn|', left(isbn, 12)))
      ELSE ''
    END AS isbn_title
  FROM raw.gift_copies
),

gifts_by_isbn AS (
  SELECT DISTINCT titled.title_id
  FROM titled
  INNER JOIN gifts ON gifts.isbn_title = titled.title_id
),

-- One title in the files is the gift's where one author stands in the other (`刘慈欣` in `刘慈欣著`),
-- unless both have an ISBN: then they are two editions.
gifts_by_title AS (
  SELECT gifts.copy_id, min(named.title_id) AS title_id
  FROM gifts
  INNER JOIN (
    SELECT title_id, title, isbn, lower(replace(author, ' ', '')) AS author_key FROM titled
  ) AS named ON named.title = gifts.title
  WHERE
    gifts.author_key <> '' AND named.author_key <> ''
    AND (gifts.isbn_title = '' OR named.isbn = '')
    AND (
      replace(named.author_key, gifts.author_key, '') <> named.author_key
      OR replace(gifts.author_key, named.author_key, '') <> gifts.author_key
    )
  GROUP BY gifts.copy_id
),

-- What the library's own system has by now is its to say: a copy under its barcode, and, of a title
-- that came with the gift, the copies that had no barcode yet when the system took the title up.
titled_gifts AS (
  SELECT
    gifts.*,
    coalesce(
      by_isbn.title_id,
      by_title.title_id,
      CASE
        WHEN gifts.isbn_title <> '' THEN gifts.isbn_title
        ELSE md5(concat(
          'gift|', gifts.title, '|', gifts.author, '|',
          CASE WHEN gifts.author = '' THEN gifts.publisher ELSE '' END
        ))
      END
    ) AS title_id
  FROM gifts
  LEFT JOIN gifts_by_isbn AS by_isbn ON by_isbn.title_id = gifts.isbn_title
  LEFT JOIN gifts_by_title AS by_title ON by_title.copy_id = gifts.copy_id
  LEFT JOIN in_files AS copy_in_files ON copy_in_files.item_id = gifts.barcode
  WHERE
    copy_in_files.item_id IS NULL
    AND NOT (
      gifts.barcode = '' AND NOT gifts.is_known
      AND (
        by_isbn.title_id IS NOT NULL
        OR (gifts.isbn_title = '' AND by_title.title_id IS NOT NULL)
      )
    )
),

-- A copy that joins a title of the files is described as they describe it.
titles_with_gifts AS (
  SELECT DISTINCT title_id FROM titled_gifts
),

described AS (
  SELECT
    titled.title_id,
    min(titled.title) AS title,
    max(titled.title_pinyin) AS title_pinyin,
    max(titled.author) AS author,
    max(titled.publisher) AS publisher,
    max(titled.published_year) AS published_year,
    max(titled.isbn) AS isbn,
    max(titled.language) AS language
  FROM titled
  INNER JOIN titles_with_gifts ON titles_with_gifts.title_id = titled.title_id
  GROUP BY titled.title_id
),

-- Of two copies with one barcode the second keeps its own number: a slip stops no build.
gift_copies AS (
  SELECT
    CASE
      WHEN
        one.barcode <> ''
        AND row_number() OVER (PARTITION BY one.barcode ORDER BY one.copy_id) = 1
        THEN one.barcode
      ELSE one.copy_id
    END AS item_id,
    one.title_id,
    coalesce(described.title, one.title) AS title,
    coalesce(described.title_pinyin, '') AS title_pinyin,
    coalesce(described.author, one.author) AS author,
    coalesce(described.publisher, one.publisher) AS publisher,
    CASE
      WHEN described.title_id IS NULL THEN one.published_year ELSE described.published_year
    END AS published_year,
    coalesce(described.isbn, one.isbn) AS isbn,
    coalesce(described.language, '') AS language,
    one.call_number, one.class_number, one.campus, one.location, one.status, one.acquired_at
  FROM titled_gifts AS one
  LEFT JOIN described ON described.title_id = one.title_id
),

known_copies AS (
  SELECT item_id FROM in_files
  UNION ALL
  SELECT item_id FROM gift_copies
),

titles_by_call_number AS (
  SELECT title, call_number, min(title_id) AS title_id
  FROM (
    SELECT title, call_number, title_id FROM titled
    UNION ALL
    SELECT title, call_number, title_id FROM gift_copies
  ) AS copies
  GROUP BY title, call_number
),

lent AS (
  SELECT
    trim(coalesce(item_id, '')) AS item_id,
    trim(coalesce(title, '')) AS title,
    trim(coalesce(call_number, '')) AS call_number,
    max(coalesce(title_pinyin, '')) AS title_pinyin,
    max(trim(coalesce(author, ''))) AS author,
    min(loaned_at) AS first_loan
  FROM raw.loans
  GROUP BY 1, 2, 3
),

-- One copy may appear in loans under two spellings of its title; its first loan decides.
lent_by_barcode AS (
  SELECT
    lent.*,
    row_number() OVER (
      PARTITION BY lent.item_id ORDER BY lent.first_loan, lent.title, lent.call_number
    ) AS place
  FROM lent
  LEFT JOIN known_copies ON known_copies.item_id = lent.item_id
  WHERE lent.item_id <> '' AND known_copies.item_id IS NULL
),

lent_by_title AS (
  SELECT lent.*
  FROM lent
  LEFT JOIN titles_by_call_number AS known
    ON known.title = lent.title AND known.call_number = lent.call_number
  LEFT JOIN lent_by_barcode AS seen
    ON seen.title = lent.title AND seen.call_number = lent.call_number AND seen.place = 1
  WHERE
    lent.item_id = '' AND known.title_id IS NULL AND seen.item_id IS NULL
    AND (lent.title <> '' OR lent.call_number <> '')
),

only_lent AS (
  SELECT item_id, title, call_number, title_pinyin, author
  FROM lent_by_barcode
  WHERE place = 1
  UNION ALL
  SELECT
    md5(concat('lent|', title, '|', call_number)), title, call_number, title_pinyin, author
  FROM lent_by_title
),

only_lent_titled AS (
  SELECT
    only_lent.*,
    coalesce(
      known.title_id,
      md5(CASE
        WHEN only_lent.title <> '' OR only_lent.call_number <> ''
          THEN concat('call|', only_lent.title, '|', only_lent.call_number)
        ELSE concat('item|', item_id)
      END)
    ) AS title_id
  FROM only_lent
  LEFT JOIN titles_by_call_number AS known
    ON known.title = only_lent.title AND known.call_number = only_lent.call_number
),

everything AS (
  SELECT
    item_id, title_id, title, title_pinyin, author, publisher, published_year, isbn, language,
    call_number, class_number, campus, location, status, price, acquired_at, TRUE AS catalogued
  FROM titled
  UNION ALL
  SELECT
    item_id, title_id, title, title_pinyin, author, publisher, published_year, isbn, language,
    call_number, class_number, campus, location, status, NULL, acquired_at, TRUE
  FROM gift_copies
  UNION ALL
  SELECT
    item_id, title_id, title, title_pinyin, author, '', NULL, '', '',
    call_number, '', '', '', '', NULL, NULL, FALSE
  FROM only_lent_titled
),

with_class AS (
  SELECT
    item_id,
    CASE
      WHEN class_number <> '' THEN class_number
      ELSE upper(split_part(split_part(call_number, ' ', 1), '/', 1))
    END AS class_known
  FROM everything
),

class_numbers AS (
  SELECT DISTINCT class_known FROM with_class
),

-- Second-level codes have two to four characters; the longest that fits is the right one.
second_level AS (
  SELECT class_known, max(code) AS clc_second
  FROM (
    SELECT
      class_numbers.class_known,
      prefixes.code,
      row_number() OVER (
        PARTITION BY class_numbers.class_known ORDER BY sizes.size DESC
      ) AS place
    FROM class_numbers
    CROSS JOIN (VALUES (2), (3), (4)) AS sizes (size)
    INNER JOIN vocabulary.clc_prefix AS prefixes
      ON prefixes.prefix = left(class_numbers.class_known, sizes.size)
      AND length(prefixes.prefix) = sizes.size
  ) AS fitting
  WHERE place = 1
  GROUP BY class_known
)

SELECT
  everything.item_id,
  everything.title_id,
  everything.title,
  everything.title_pinyin,
  everything.author,
  everything.publisher,
  everything.published_year,
  everything.isbn,
  everything.language,
  everything.call_number,
  coalesce(CASE WHEN main.code IS NOT NULL THEN with_class.class_known END, '') AS class_number,
  coalesce(main.code, '') AS clc_main,
  coalesce(second_level.clc_second, '') AS clc_second,
  everything.campus,
  everything.location,
  everything.status,
  everything.price,
  everything.acquired_at,
  everything.catalogued
FROM everything
INNER JOIN with_class ON with_class.item_id = everything.item_id
LEFT JOIN vocabulary.clc AS main
  ON main.level = 1 AND main.code = left(with_class.class_known, 1)
LEFT JOIN second_level ON second_level.class_known = with_class.class_known
