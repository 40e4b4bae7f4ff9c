"""Forms of the enterprise's pages and of the staff pages about enterprises."""
