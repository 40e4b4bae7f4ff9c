"""Benchmarks: each module is a runnable file whose ``main()`` prints one table."""
