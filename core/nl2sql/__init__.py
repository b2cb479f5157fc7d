"""Questions into SQL: question, context and catalog → SqlDraft, or a Clarification."""
