"""An engine's answers to questions with known SQL: asked in parallel, judged by their rows, measured and told as a report."""
