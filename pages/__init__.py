"""The pages: they read state, call core once and draw."""
