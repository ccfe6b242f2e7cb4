"""Records of telephone exchanges and contact centres arrive; a log of calls and of what happens in them leaves."""
