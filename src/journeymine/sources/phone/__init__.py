"""Call records of telephone exchanges arrive; a log of calls leaves: who, when, answered or not, how long."""
