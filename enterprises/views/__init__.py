"""Pages of enterprises, vacancies and search."""
