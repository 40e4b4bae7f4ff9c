"""The verbs of subsidies: screening, reviews, notices, objections."""
