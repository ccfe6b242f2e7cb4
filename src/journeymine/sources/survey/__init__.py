"""Answers to surveys: scores, comments, and when somebody gave them."""
