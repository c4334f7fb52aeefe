"""A database read once, by an administrator's command, into a study of Parquet files.

No page imports this package: the web process never sees a database or a password.
"""
