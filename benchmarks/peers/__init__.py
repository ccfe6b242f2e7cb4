"""The same work, once with each library: every module has `steps(path)`, to be timed one by one, and `digest(done)`.

A step is given what the steps before it answered. Digests are lists and numbers, equal for all who do the same work.
"""

WITHIN_SECONDS = 7 * 86_400
FUNNEL = ("web:0", "web:1", "mail:0", "phone:0")
COLUMNS = ("customer", "activity", "channel", "segment", "timestamp")
