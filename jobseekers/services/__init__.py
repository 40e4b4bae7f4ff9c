"""The verbs of job seekers: register, apply, import, match."""
