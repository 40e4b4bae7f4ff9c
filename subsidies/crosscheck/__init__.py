"""The second evaluator: the refund provisions once more, written in SQL from the documents.

No Django import. README.md says how the files belong together.
"""
