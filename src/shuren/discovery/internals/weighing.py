"""How much each place a word may stand in counts. Chosen by benchmarks/search/judged.py."""

TITLE, AUTHOR, SUBJECT, PUBLISHER, SERIES, REST, TEXT = (
    "title", "author", "subject", "publisher", "series", "rest", "text",
)  # fmt: skip

# A word as the segmenter cuts it (or an English stem), and the characters of it side by side.
WORDS = {TITLE: 6.0, AUTHOR: 4.5, SUBJECT: 2.5, SERIES: 1.5, REST: 1.5, PUBLISHER: 1.2, TEXT: 0.5}
PAIRS = {TITLE: 5.0, AUTHOR: 5.0, SUBJECT: 2.0, SERIES: 1.2, REST: 1.2, PUBLISHER: 1.0, TEXT: 0.4}
PINYIN = {TITLE: 3.0, AUTHOR: 3.0, SUBJECT: 1.0, PUBLISHER: 0.8}
INITIALS = {TITLE: 1.6, AUTHOR: 1.4}
READ = (TITLE, AUTHOR)

# Points for the query as a whole.
TITLE_IS, TITLE_BEGINS, TITLE_HAS = 160.0, 30.0, 3.0
AUTHOR_IS, PINYIN_IS, INITIALS_BEGIN = 50.0, 140.0, 25.0
NUMBER_IS = 400.0
OTHER_CHARACTER = 0.6
# A dismax adds this share of what the lesser places would have given.
TIE = 0.1

# Nearest records where none has everything: shares of tokens that must be there.
NEAR_CHARACTERS, NEAR_LETTERS, NEAR_WORDS = 0.55, 0.5, 0.6
SAME_SOUND, ALIKE_SOUND, ONE_SIGN_OFF = 60.0, 35.0, 90.0
