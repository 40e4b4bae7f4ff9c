"""Pages of subsidies: staff, public, and an enterprise's own."""
