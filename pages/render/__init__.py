"""One render function per thing, for live and replay alike."""
