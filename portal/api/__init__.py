"""The API under /api/v1/: what every endpoint shares."""
