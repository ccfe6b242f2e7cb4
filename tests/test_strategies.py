"""A law over drawn logs proves something only if the drawing reaches what breaks code."""

from hypothesis import Phase, given, settings

from tests.strategies import logs

REACHED = {
    "an empty log": lambda log: log.num_events == 0,
    "a tie inside a case": lambda log: log.ties > 0,
    "events in another order than they came in": lambda log: _rows(log) != sorted(_rows(log)),
    "a customer with two cases": lambda log: log.num_customers == 1 and log.num_cases == 2 and not _nobody(log),
    "somebody nobody could name": lambda log: _nobody(log) > 0,
    "a case with two sources": lambda log: log.num_cases == 1 and log.sources.num_rows == 2,
    "an event without channel": lambda log: log.table["channel"].null_count > 0,
    "a name that ends a script": lambda log: "</script>" in log.activities,
    "a span of more than nine years": lambda log: log.num_events > 0 and (log.span[1] - log.span[0]).days > 9 * 366,
}


def test_drawn_logs_reach_what_breaks_code():
    drawn = _drawn(logs())
    assert [what for what, reached in REACHED.items() if not any(map(reached, drawn))] == []


def test_named_logs_have_a_customer_for_every_event():
    assert all(_nobody(log) == 0 for log in _drawn(logs(named=True)))


def _drawn(strategy):
    drawn = []

    @settings(max_examples=300, derandomize=True, database=None, phases=[Phase.generate])
    @given(strategy)
    def keep(log):
        drawn.append(log)

    keep()
    return drawn


def _rows(log):
    return log.table["source_row"].to_pylist()


def _nobody(log):
    return log.table["customer"].null_count
