import subprocess
import sys
import warnings

import pytest
from hypothesis import given, settings

from journeymine.analytics.variants import variants
from journeymine.errors import OptionError, UnknownOptionError
from journeymine.graph import models
from journeymine.graph.models import discover
from journeymine.log.eventlog import EventLog
from journeymine.sources.xes import read_xes
from journeymine.summary.summarise import summarise
from tests.graph.traces import journeys
from tests.strategies import logs

# As printed for this log in van der Aalst, Process Mining (2016), and by pm4py; the order inside X and + is free.
PUBLISHED = (
    "->( 'register request', *( ->( +( 'check ticket', X( 'examine casually', 'examine thoroughly' ) ), 'decide' ), "
    "'reinitiate request' ), X( 'pay compensation', 'reject request' ) )"
)


@pytest.fixture(scope="module")
def pm4py():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py
    return pm4py


@pytest.fixture
def running_example(shared_file):
    return read_xes(shared_file("data/logs/01_running-example.xes.gz"))


def in_free_order(tree):
    """Give a tree as text that does not depend on the order inside choices and parallel parts."""
    if not tree.children:
        return repr(tree.label)
    parts = [in_free_order(child) for child in tree.children]
    return f"{tree.operator}({', '.join(parts if str(tree.operator) in ('->', '*') else sorted(parts))})"


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_the_model_of_the_running_example_is_the_published_one(running_example, pm4py, noise):
    model = discover(running_example, noise=noise)
    assert in_free_order(model.tree) == in_free_order(pm4py.parse_process_tree(PUBLISHED))


def test_the_graph_of_the_running_example_gives_the_published_model_too(running_example, pm4py):
    model = discover(running_example, method="dfg", noise=0)
    assert in_free_order(model.tree) == in_free_order(pm4py.parse_process_tree(PUBLISHED))


@pytest.mark.parametrize("noise", [0.0, 0.2])
@pytest.mark.parametrize(
    "name", ["01_running-example", "06_bpic2013_closed", "08_receipt", "helpdesk", "02_teleclaims"]
)
def test_variants_give_the_tree_that_pm4py_mines_from_events(shared_file, pm4py, name, noise):
    log = read_xes(shared_file(f"data/logs/{name}.xes.gz"))
    of_events = pm4py.discover_process_tree_inductive(log.to_pm4py(), noise_threshold=noise)
    assert discover(log, noise=noise).text == str(of_events)


@pytest.mark.parametrize("name", ["01_running-example", "06_bpic2013_closed", "helpdesk"])
def test_the_graph_gives_the_tree_that_pm4py_mines_from_it(shared_file, pm4py, name):
    log = read_xes(shared_file(f"data/logs/{name}.xes.gz"))
    graph = pm4py.discover_dfg_typed(log.to_pm4py())
    assert discover(log, method="dfg", noise=0).text == str(pm4py.discover_process_tree_inductive(graph))


def test_a_model_says_what_it_was_made_from():
    log = journeys(*["visit buy"] * 3, "visit call buy")
    model = discover(log)
    assert (model.method, model.activities, model.cases_used, model.share_used) == (
        "inductive",
        ("buy", "call", "visit"),
        4,
        1.0,
    )
    assert repr(model) == (
        "<Model inductive · 3 activities · 4 journeys (100%)>\n->( 'visit', X( tau, 'call' ), 'buy' )"
    )


@pytest.mark.parametrize("method", ["inductive", "dfg"])
def test_only_the_most_frequent_variants_are_used_if_asked(method):
    model = discover(journeys(*["visit buy"] * 3, "visit call buy"), method=method, top=1)
    assert (model.text, model.cases_used, model.share_used) == ("->( 'visit', 'buy' )", 3, 0.75)


def test_many_variants_are_cut_off_and_the_model_says_so(monkeypatch):
    monkeypatch.setattr(models, "MOST_VARIANTS", 1)
    log = journeys(*["visit buy"] * 3, "visit call buy")
    assert discover(log).share_used == 0.75
    assert discover(log, method="dfg").share_used == 1
    assert discover(log, top=2).share_used == 1


def test_the_graph_without_rare_transitions_gives_a_clearer_model_that_keeps_every_activity():
    log = journeys(*["visit form buy"] * 30, "visit buy form", "form visit help buy")
    assert discover(log, method="dfg").activities == ("buy", "form", "help", "visit")
    rare, all_of_it = (discover(log, method="dfg", noise=noise).text for noise in (0.2, 0))
    assert rare != all_of_it
    assert "'visit'" in rare


def test_a_petri_net_has_the_activities_as_its_visible_transitions():
    net, initial, final = discover(journeys("visit buy", "call buy")).petri_net()
    assert sorted(label for transition in net.transitions if (label := transition.label)) == ["buy", "call", "visit"]
    assert [len(marking) for marking in (initial, final)] == [1, 1]


@pytest.mark.parametrize("method", ["inductive", "dfg"])
def test_the_model_of_no_journeys_is_silent(method):
    model = discover(journeys("visit").where(length=0), method=method)
    assert (model.text, model.activities, model.cases_used, model.share_used) == ("tau", (), 0, 0.0)


@settings(max_examples=25)
@given(logs())
def test_a_summary_gives_the_same_model_and_every_activity_is_in_it(log):
    model = discover(log, noise=0)
    assert model.text == discover(summarise(log), noise=0).text
    assert model.activities == tuple(log.activities)


@settings(max_examples=25)
@given(logs())
def test_pm4py_counts_the_same_variants(log):
    ours, theirs = variants(log), variants(log, engine="pm4py")
    assert theirs.table.drop(columns="median_seconds").equals(ours.table.drop(columns="median_seconds"))
    assert theirs.table["median_seconds"].tolist() == pytest.approx(ours.table["median_seconds"].tolist())
    assert (theirs.num_cases, theirs.num_variants) == (ours.num_cases, ours.num_variants)


# --- manners ---------------------------------------------------------------------------------------------------------


def test_nothing_of_pm4py_leaks_into_the_session():
    script = (
        "import warnings; warnings.simplefilter('error')\n"
        "from journeymine.graph.models import discover, variants_by_pm4py\n"
        "from tests.graph.traces import journeys\n"
        "log = journeys('visit buy'); before = list(warnings.filters)\n"
        "discover(log).petri_net(); variants_by_pm4py(log)\n"
        "assert warnings.filters == before"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_log_stays_as_it_was():
    log = journeys("visit buy", "visit")
    before = EventLog.of(log.table, sources=log.sources)
    discover(log)
    variants(log, engine="pm4py")
    assert log.equals(before)


# --- errors ----------------------------------------------------------------------------------------------------------


def test_an_unknown_method_is_an_error_that_names_the_choices():
    with pytest.raises(
        UnknownOptionError, match=r"'induktive' .* Did you mean 'inductive'\? Choices: inductive, dfg\."
    ):
        discover(journeys("visit buy"), method="induktive")


@pytest.mark.parametrize("noise", [-0.1, 20])
def test_noise_that_is_no_share_is_an_error(noise):
    with pytest.raises(OptionError, match=rf"noise is a share and must lie between 0 and 1, not {noise}"):
        discover(journeys("visit buy"), noise=noise)


def test_no_variants_at_all_cannot_be_asked_for():
    with pytest.raises(OptionError, match=r"top must be at least 1, not 0"):
        discover(journeys("visit buy"), top=0)


def test_a_graph_that_pm4py_cannot_mine_is_an_error_that_says_what_to_do():
    log = journeys("d c b", "a d b c a d", "c b d c d b d", "c", "a c", "d a")
    with pytest.raises(OptionError, match=r"pm4py finds no model in this graph .* Use method='inductive'"):
        discover(log, method="dfg", noise=0)
    assert discover(log).activities == ("a", "b", "c", "d")
