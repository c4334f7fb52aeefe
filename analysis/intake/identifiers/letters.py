"""Capital and small letters of names in Latin script; the full classes of Unicode take a hundred times as long."""

CAPITAL = "[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĪİŁŃŇŌŐŒŘŚŞŠŤŪŮŰŹŻŽ]"
LETTER = "[A-Za-zÀ-ÖØ-öø-ž]"
SMALL = "[a-zß-öø-ÿāăąćčďđēęěğīıłńňōőœřśşšťūůűźżž]"
