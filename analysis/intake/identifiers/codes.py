"""Codes that stand for a person: hashes, record numbers, codes handed out in order.

A patient's code may not be derived from anything about the patient (45 CFR 164.514(c)), so a hash of a record
number is no random code: who knows the number can compute it. Random UUIDs (version 4) are fine.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as arrow

from ..findings import Mask
from .column import ColumnWords

HEX_HASH = (
    r"^(?:0x)?(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})$"
)
# The same lengths in bytes (16, 20, 28, 32, 48, 64), in either alphabet of base64, with or without the padding.
BASE64_HASH = (
    r"^(?:[A-Za-z0-9+/_-]{22}(?:==)?|[A-Za-z0-9+/_-]{27}=|[A-Za-z0-9+/_-]{38}(?:==)?|[A-Za-z0-9+/_-]{43}=?"
    r"|[A-Za-z0-9+/_-]{64}|[A-Za-z0-9+/_-]{86}(?:==)?)$"
)
PASSWORD_HASH = r"^\$(?:1|2[abxy]?|5|6|argon2[a-z]*|scrypt)\$"
RANDOM_UUID = r"^(?i:\{?[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}\}?)$"
DERIVED_UUID = r"^(?i:\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[35][0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}\}?)$"
MOST = 0.9  # of the column; codes are made in one way
RANDOM_SHARE = 0.5  # of hashes of 32 digits one in 64 happens to look like a random UUID

RECORD_NUMBER = r"^[A-Za-z]{0,3}[-_ ]?[0-9]{6,12}$"
PLAIN_DIGITS = r"^[0-9]{5,15}$"
HALF_ROUND, ROUND = 0.5, "00$"  # a count or an amount, not a number that was handed out
FEWEST_RECORDS = 8  # distinct numbers of six or more digits, each of one patient: measurements rarely are
FEWEST_CODES = 20  # distinct codes before their spread or their differing from patient to patient says anything
DIFFERENT = 0.9  # codes of a column for each patient with one
WIDEST = 0.5  # of the numbers with as many digits: random numbers of five or more digits spread over nearly all


def hash_words(column: ColumnWords) -> Mask:
    """The words that look like hashes of something; none when the column is made of random UUIDs."""
    nothing = np.zeros(len(column.words), dtype=bool)
    if column.is_number or not column.lengths.size or column.lengths.max() < 22:
        return nothing
    derived = column.matching(DERIVED_UUID)
    random = column.matching(RANDOM_UUID)
    hashed = column.matching(HEX_HASH) | column.matching(PASSWORD_HASH) | _base64_words(column)
    if column.share_of_words(derived) >= MOST:
        return derived
    if column.share_of_words(random) >= RANDOM_SHARE:
        return nothing
    return hashed if column.share_of_words(hashed) >= MOST else nothing


def _base64_words(column: ColumnWords) -> Mask:
    """Words of base64 that mix capitals, small letters and digits, as bytes do and sentences or slugs do not."""
    mixed = column.matching("[A-Z]") & column.matching("[a-z]") & column.matching("[0-9+/=]")
    return column.matching(BASE64_HASH) & mixed


def record_words(column: ColumnWords, patients: npt.NDArray[np.int64] | None) -> Mask:
    """The words of a column beyond the dictionary that give nearly every patient a number of six or more digits."""
    nothing = np.zeros(len(column.words), dtype=bool)
    shaped = column.matching(RECORD_NUMBER)
    if column.share_of_words(shaped) < MOST or np.ptp(column.lengths[shaped & column.used]) > 1:
        return nothing
    is_round = column.share_of_words(column.matching(ROUND)) >= HALF_ROUND
    return shaped if not is_round and _differs_by_patient(column, patients, FEWEST_RECORDS) else nothing


def differs_by_patient(column: ColumnWords, patients: npt.NDArray[np.int64] | None) -> bool:
    """Whether a column holds one code for each patient: letters, dashes and a digit, five characters or more."""
    if column.is_number:
        return False
    coded = column.matching("^[A-Za-z0-9_-]{5,}$") & column.matching("[0-9]")
    return column.share_of_words(coded) >= MOST and _differs_by_patient(column, patients, FEWEST_CODES)


def _differs_by_patient(column: ColumnWords, patients: npt.NDArray[np.int64] | None, fewest: int) -> bool:
    """Whether nearly all patients have one word each and share it with nobody. patients: one number for each cell."""
    if column.n_words < fewest or patients is None:
        return False
    filled = (column.codes >= 0) & (patients >= 0)
    n_patients = len(np.unique(patients[filled]))
    if not n_patients or not DIFFERENT <= column.n_words / n_patients <= 1 / DIFFERENT:
        return False
    pairs = np.unique(patients[filled] * len(column.words) + column.codes[filled])
    return bool(len(pairs) <= n_patients / DIFFERENT)


def lies_close_together(column: ColumnWords) -> bool:
    """Whether codes are plain numbers of one length in a narrow range, as numbers handed out in order are."""
    digits = column.matching(PLAIN_DIGITS)
    if column.n_words < FEWEST_CODES or column.share_of_words(digits) < 1:
        return False
    lengths = column.lengths[column.used]
    if lengths.min() != lengths.max():
        return False
    numbers = [int(text) for text in column.words.filter(arrow.array(column.used)).to_pylist()]
    return max(numbers) - min(numbers) < WIDEST * 9 * 10.0 ** (int(lengths.max()) - 1)
