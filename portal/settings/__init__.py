"""Settings: base, embedded (one machine, nothing installed), production, test."""
