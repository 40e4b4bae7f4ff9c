"""Pages of hotlines and service."""
