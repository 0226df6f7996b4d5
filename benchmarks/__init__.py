"""The figures: each a ratio to a floor measured in the same run. `make bench` prints them and writes build/bench.jsonl."""
