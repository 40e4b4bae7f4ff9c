"""Social-insurance files: read, checked, stored; one import a file, all of it or nothing."""
