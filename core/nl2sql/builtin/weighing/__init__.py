"""Weighing readings: the grammar's is varied, each variation described by features, and a fitted ranker takes the best."""
