"""Query: what is asked for, apart from its words; written as SQL, told in words, and read back from SQL."""
