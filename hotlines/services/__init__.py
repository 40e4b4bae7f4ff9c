"""The verbs of service: assign, hand over, ask, answer, visit."""
