"""What exports of record systems have in common: times, people, sessions, scores, records left out."""
