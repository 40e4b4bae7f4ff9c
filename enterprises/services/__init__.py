"""The verbs of enterprises: register, licences, key lists, members, shortages, vacancies, reviews.

Each function checks who acts, locks the row, changes it and writes the messages, in one
transaction; the history is written by the database. What is refused raises ValidationError with a
sentence for people.
"""
