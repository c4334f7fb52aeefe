"""How large a file of a study may be, and why: what is larger is refused before memory is spent on it.

A limit stands well above what a study needs and well below what hurts. A study of a million patients is
35 million rows in all, and its largest CSV file 0.8 GB. Messages name the limit and the file.
"""

from __future__ import annotations

MEGABYTE = 1 << 20

# Mappings
LARGEST_MAPPING = MEGABYTE  # bytes; one for a registry of 3,000 columns has a tenth of it
MOST_KEY_PARTS = 20  # of a key such as patients.columns.sex.values.f, which has the most parts that mean anything
MOST_FAULTS_A_SECTION = 50  # keys without meaning that are told one by one

# Any table
MOST_COLUMNS = 4_000  # the widest registry exports hold about 3,000 columns
MOST_CELLS = 1_000_000_000  # per file; 8 GB as 8-byte numbers. A million patients need under 0.4e9 in all files

# Delimited text
LARGEST_TEXT_FILE = 2_000_000_000  # bytes; all of it is in memory for a while, about two and a half times
LONGEST_LINE = MEGABYTE  # bytes; 4,000 columns of 250 letters each, and the block that is parsed at once holds 8 of it
MOST_RAGGED_ROWS = 100_000  # looked at one by one; who has so many gains nothing from the exact number

# Folders
MOST_FOLDER_ENTRIES = 10_000  # a folder with more files is no study but a disk

# ZIP archives
MOST_MEMBERS = 1_000  # a study is five files, a bulk export of records some hundreds
LONGEST_MEMBER_NAME = 400  # letters
LARGEST_DIRECTORY = MEGABYTE  # bytes of a ZIP's list of members, read at once: room for 1,000 long names
MOST_UNPACKED = 4_000_000_000  # bytes on disk; a million patients as CSV are 1.8 GB
HIGHEST_RATIO = 100  # unpacked by packed bytes; CSV reaches 30, the format itself 1,000
RATIO_FROM = MEGABYTE  # a member this small harms nobody at any ratio
COPY_CHUNK = MEGABYTE  # bytes unpacked at a time

# Excel workbooks
MOST_WORKBOOK_PARTS = 1_000
MOST_WORKBOOK_UNPACKED = 300_000_000  # bytes of XML; three million cells take about 120 MB
MOST_WORKBOOK_CELLS = 3_000_000  # cells of the smallest rectangles that hold the filled cells of all sheets
MOST_XML_ELEMENTS = 20_000_000  # looked at one by one, about a second for two million; a filled cell is two to four
LONGEST_XML_TOKEN = MEGABYTE  # bytes of one tag or comment, which the parser holds as a whole

# Parquet
LARGEST_FOOTER = 4 * MEGABYTE  # bytes of its table of contents; 35 million rows of 20 columns need 0.2 MB
MOST_FOOTER_ENTRIES = 100_000  # in any one list of the footer
HIGHEST_PARQUET_RATIO = 100  # bytes of the cells in memory by bytes of the file; a study reaches 20
PARQUET_RATIO_FROM = 10_000_000  # cells; 80 MB of numbers harm nobody at any ratio
SCHEMA_DEPTH = 32  # of columns within columns, which no table holds anyway
LONGEST_PAGE_HEADER = MEGABYTE // 4  # bytes; a header holds the least and the greatest value of its page
LONGEST_LOOK = 120.0  # seconds that a first look at one Parquet file may take; a million patients take two
TRIAL_READ = 256 * MEGABYTE  # unpacked bytes up to which a Parquet file is read once on trial, twice the largest upload
MOST_PAGES = 2_000_000  # looked at one by one; 35 million rows of 20 columns are 5,000
UNPACKED_FROM = 64 * MEGABYTE  # bytes of unpacked pages; less harms nobody at any ratio
MOST_TEXT = 4_000_000_000  # bytes of a column's text when each row has its own copy
