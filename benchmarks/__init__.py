"""Speed and memory, measured beside pm4py on the same data in the same run."""
