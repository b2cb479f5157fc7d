"""Followups: a question that leans on the one before it, as an edit of its query."""
