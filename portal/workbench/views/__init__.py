"""Staff pages: today, matching, the seeker register, imports, search, runs."""
