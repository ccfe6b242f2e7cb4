"""Events: canonical tables come in; the log, in case and time order, with customers and journeys, goes out."""
