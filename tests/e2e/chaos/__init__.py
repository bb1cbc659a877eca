"""The chaos round: customers buy, partners fail, workers get kill -9; then every unit is counted.

`make chaos` runs the long round, `make test-postgres` a short one (tests/e2e/test_chaos.py).
"""
