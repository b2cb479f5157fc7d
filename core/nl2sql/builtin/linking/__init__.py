"""Linking: from the words of a question to tables, columns, cells, numbers and periods of a catalog."""
