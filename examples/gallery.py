"""Every picture, of an invented company, on light and on dark paper and in grey; `docs/gallery.md` shows them.

python examples/gallery.py pictures
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

import journeymine as jm

GOAL, END = "POST /policies", "POST /cancel"


def company_log(folder: Path, customers: int = 2_500) -> jm.EventLog:
    """Read, link and cut the exports of an invented company; each customer's segment is theirs in the CRM."""
    company = jm.write_company(folder, customers=customers)
    until = company.observed_until
    log = jm.concat(
        [
            jm.read_access_log(company.access_log, observed_until=until),
            jm.read_mbox(company.mbox, own_domains=company.own_domains, observed_until=until),
            jm.read_asterisk_cdr(company.cdr, tz=company.tz, country=company.country, observed_until=until),
            jm.read_zendesk_chats(company.chats, country=company.country, observed_until=until),
        ]
    )
    text = pyarrow.csv.ConvertOptions(column_types={"phone": pa.string()})
    crm = pyarrow.csv.read_csv(company.crm, convert_options=text)
    log = jm.cut(jm.link(log, extra=crm, country=company.country), gap="30d", end=company.ends)
    segment = crm["segment"].take(pc.index_in(log.table["customer"].cast(pa.string()), crm["customer"]))
    return log.with_events(log.table.append_column("segment", segment.combine_chunks().dictionary_encode()))


def with_a_line_of_their_own(log: jm.EventLog) -> jm.EventLog:
    """Plant a difference: seven in ten missed calls of families are answered. Else segments are alike."""
    family, missed = (
        pc.equal(log.table[name], value) for name, value in (("segment", "family"), ("activity", "call missed"))
    )
    lucky = pa.array(np.random.default_rng(7).random(log.num_events) < 0.7)
    answered = pc.fill_null(pc.and_(pc.and_(family, missed), lucky), False)
    activity = pc.if_else(answered, "call answered", log.table["activity"].cast(pa.string()))
    place = log.table.column_names.index("activity")
    return log.with_events(log.table.set_column(place, "activity", activity.combine_chunks().dictionary_encode()))


# --- one question, one picture ---------------------------------------------------------------------------------------


def journey_map(log):
    return jm.journey_map(log, goal=GOAL, end=END, within="14d")


def difference_map(log):
    return jm.difference_map(with_a_line_of_their_own(log), by="segment", segment="family", goal=GOAL, end=END)


def variants(log):
    return jm.variants(log, top=10)


def dropoff(log):
    return jm.dropoff(log, goal=GOAL, end=END, within="14d")


def funnel(log):
    return jm.funnel(log, ["/quote", "POST /apply", "/apply/identity", "POST /policies"])


def time_to(log):
    return jm.time_to(log, goal=GOAL, end=END, start="/quote")


def delays(log):
    return jm.delays(log, min_cases=100)


def switches(log):
    return jm.switches(log)


def flow(log):
    return jm.flow(log, "call answered", steps=2, goal=GOAL, end=END)


def dotted_chart(log):
    return jm.dotted_chart(log)


def dotted_chart_at_a_touchpoint(log):
    return jm.dotted_chart(log, anchor="POST /apply", customers=400)


def timeline(log):
    return jm.timeline(log, customer=one_with_many_channels(log))


def one_with_many_channels(log: jm.EventLog) -> str:
    """Choose a customer with about twenty contacts, on all channels."""
    contacts = log.table.group_by("customer").aggregate([("channel", "count_distinct"), ("channel", "count")])
    contacts = contacts.filter(pc.less_equal(contacts["channel_count"], 20))
    keys = [("channel_count_distinct", "descending"), ("channel_count", "descending"), ("customer", "ascending")]
    names = contacts.set_column(
        contacts.column_names.index("customer"), "customer", contacts["customer"].cast(pa.string())
    )
    return names.sort_by(keys)["customer"][0].as_py()


PICTURES = (
    journey_map,
    difference_map,
    variants,
    dropoff,
    funnel,
    time_to,
    delays,
    switches,
    flow,
    dotted_chart,
    dotted_chart_at_a_touchpoint,
    timeline,
)


def write(draw, path: Path) -> None:
    """Write a picture on light and on dark paper, and in grey."""
    for paper, style in (("light", "default"), ("dark", "dark_background")):
        with plt.style.context(style):
            figure = draw().figure
            figure.savefig(f"{path}_{paper}.png", dpi=110)
            plt.close(figure)
    grey = plt.imread(f"{path}_light.png")[..., :3] @ [0.299, 0.587, 0.114]
    plt.imsave(f"{path}_grey.png", grey, cmap="gray", vmin=0, vmax=1)


def main(out: Path, customers: int = 2_500) -> int:
    """Write each picture three times."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        log = company_log(Path(folder), customers)
    for question in PICTURES:
        result = question(log)
        print(result.headline)
        write(result.plot, out / question.__name__)
        if isinstance(result, jm.Delays):
            write(result.plot_times, out / "delay_times")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *map(int, sys.argv[2:3])))
