"""Who may open which address: the city that is walked, how addresses are filled, the table."""
