"""Django's admin as the back office: tables to look at, staff accounts to keep."""
