"""Pages of job seekers and of those who answer them."""
