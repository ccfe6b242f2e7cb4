import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.errors import (
    EmptySourceError,
    FormatError,
    SourceError,
    TimeZoneError,
    UnknownColumnError,
    UnknownOptionError,
)
from journeymine.sources import inputs
from journeymine.sources.social.facebook import read_facebook_page
from journeymine.sources.social.posts import read_posts
from journeymine.sources.social.x import read_x_posts


@pytest.fixture
def write(tmp_path):
    def write(content, name="posts.json"):
        path = tmp_path / name
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def rows(log, *names):
    return [tuple(row.values()) for row in log.table.sort_by("event_id").select(names).to_pylist()]


def account(log):
    row = log.sources.to_pylist()[0]
    assert row["rows_in"] == row["used"] + row["duplicate"] + row["quarantined"]
    return row["rows_in"], row["used"], row["duplicate"], row["quarantined"]


def reasons(log):
    return [(row["line"], row["reason"], row["stage"]) for row in log.quarantine.table.to_pylist()]


# --- X -------------------------------------------------------------------------------------------------------------

SHOP = "55"
USERS = {"users": [{"id": SHOP, "username": "Shop", "name": "The shop"}, {"id": "7", "username": "jo"}]}


def tweet(number, author, minute, text="…", **more):
    told = {"id": str(number), "author_id": author, "created_at": f"2024-05-01T09:{minute:02}:00.000Z", "text": text}
    return {**told, "conversation_id": str(number), "edit_history_tweet_ids": [str(number)]} | more


def reply(number, author, minute, to, to_author, root, **more):
    references = [{"type": "replied_to", "id": str(to)}]
    more = {"in_reply_to_user_id": to_author, "conversation_id": str(root), "referenced_tweets": references} | more
    return tweet(number, author, minute, **more)


MENTION = {"entities": {"mentions": [{"start": 0, "end": 5, "username": "shop", "id": SHOP}]}}
PAGE = {
    "data": [
        tweet(1, "7", 0, "@shop where is my order?", lang="en", **MENTION),
        reply(2, SHOP, 5, 1, "7", 1),
        reply(3, "7", 9, 2, SHOP, 1),
        tweet(4, "8", 10, "nice weather"),
        tweet(5, "9", 11, "RT @Shop: new!", referenced_tweets=[{"type": "retweeted", "id": "90"}]),
        tweet(6, "9", 12, "look", referenced_tweets=[{"type": "quoted", "id": "90"}]),
    ],
    "includes": USERS,
    "meta": {"result_count": 6},
}


def test_posts_of_x_are_named_by_what_they_are_and_answers_belong_to_who_was_answered(write):
    log = read_x_posts(write(PAGE), own=SHOP)
    assert rows(log, "activity", "customer", "direction", "text") == [
        ("mention", "x_user:7", "inbound", "@shop where is my order?"),
        ("answer from company", "x_user:7", "outbound", None),
        ("reply", "x_user:7", "inbound", "…"),
        ("post", "x_user:8", "inbound", "nice weather"),
        ("repost", "x_user:9", "inbound", None),
        ("quote", "x_user:9", "inbound", "look"),
    ]
    assert log.channels == ["social"]
    assert rows(log, "conversation", "language", "network")[0] == ("1", "en", "x")
    assert account(log) == (6, 6, 0, 0)


@pytest.mark.parametrize("own", ["@shop", ["SHOP"], SHOP, ["1", 55]])
def test_the_company_is_known_by_the_id_or_the_name_of_its_account(write, own):
    log = read_x_posts(write(PAGE), own=own)
    assert rows(log, "activity", "customer")[1] == ("answer from company", "x_user:7")


def test_who_is_answered_is_found_through_the_post_above_or_the_beginning_of_the_conversation(write):
    bare = {"in_reply_to_user_id": None}
    page = [
        tweet(1, "7", 0),
        reply(2, SHOP, 1, 1, None, 1, **bare),
        reply(3, SHOP, 2, 2, SHOP, 1),
        reply(4, SHOP, 3, 99, None, 99, **bare),
        tweet(5, SHOP, 4),
    ]
    log = read_x_posts(write(page), own=SHOP)
    assert rows(log, "event_id", "customer") == [("1", "x_user:7"), ("2", "x_user:7"), ("3", "x_user:7")]
    assert reasons(log) == [(4, "to_nobody", "filter"), (5, "to_nobody", "filter")]
    assert json.loads(log.quarantine.table["payload"][1].as_py())["post"] == "5"
    assert account(log) == (5, 3, 0, 2)


def test_of_an_edited_post_the_last_version_is_used_and_answers_to_the_first_find_its_author(write):
    edited = tweet(12, "7", 3, "where is it?", edit_history_tweet_ids=["11", "12"])
    page = [edited, tweet(11, "7", 0, "were is it", edit_history_tweet_ids=["11", "12"])]
    page.append(reply(13, SHOP, 9, 11, None, 11, in_reply_to_user_id=None))
    log = read_x_posts(write(page), own=SHOP)
    assert rows(log, "event_id", "customer", "text") == [
        ("11", "x_user:7", "where is it?"),
        ("13", "x_user:7", None),
    ]
    assert account(log) == (3, 2, 1, 0)


def test_long_posts_and_the_names_that_newer_answers_use_are_read(write):
    newer = {"referenced_posts": [{"type": "replied_to", "id": "1"}], "edit_history_post_ids": ["20", "21"]}
    post = {key: value for key, value in tweet(21, "7", 0, "cut …").items() if key != "edit_history_tweet_ids"}
    log = read_x_posts(write({"data": [post | newer | {"note_tweet": {"text": "all of it"}}]}), own=SHOP)
    assert rows(log, "activity", "event_id", "text") == [("reply", "20", "all of it")]


@pytest.mark.parametrize("shape", ["page", "pages", "lines of pages", "lines of posts"])
def test_pages_and_posts_read_the_same_in_one_block_and_in_many(write, monkeypatch, shape):
    posts = PAGE["data"]
    pages = [{"data": posts[:2], "includes": USERS}, {"data": posts[2:]}]
    written = {
        "page": json.dumps(PAGE, indent=1),
        "pages": json.dumps(pages),
        "lines of pages": "\n".join(map(json.dumps, pages)),
        "lines of posts": "\n".join(map(json.dumps, posts)),
    }
    path = write(written[shape])
    whole = read_x_posts(path, own=SHOP)
    assert rows(whole, "activity", "customer") == rows(
        read_x_posts(write(PAGE, "page.json"), own=SHOP), "activity", "customer"
    )
    monkeypatch.setattr(inputs.blocks, "__kwdefaults__", inputs.blocks.__kwdefaults__ | {"size": 200})
    again = read_x_posts(path, own=SHOP)
    assert again.table.drop_columns("source_row").equals(whole.table.drop_columns("source_row"))
    assert again.sources.equals(whole.sources)


def test_posts_without_id_or_time_are_kept_aside(write):
    lines = [
        json.dumps(tweet(1, "7", 0)),
        json.dumps({**tweet(2, "7", 0), "id": None, "edit_history_tweet_ids": []}),
        json.dumps({**tweet(3, "7", 0), "created_at": None}),
        json.dumps({**tweet(4, "7", 0), "created_at": "2024-05-01T09:00:00"}),
        json.dumps({**tweet(5, "7", 0), "created_at": "soon"}),
        '{"id": "6"',
        '{"deleted": true}',
    ]
    log = read_x_posts(write("\n".join(lines)), own=SHOP)
    assert reasons(log) == [
        (2, "no_id", "check"),
        (3, "no_time", "check"),
        (4, "naive_time", "check"),
        (5, "bad_time", "check"),
        (6, "bad_json", "parse"),
        (7, "not_a_post", "check"),
    ]
    assert log.quarantine.table["payload"][4].as_py() == b'{"id": "6"'
    assert account(log) == (7, 1, 0, 6)


def test_a_file_in_which_the_company_does_not_occur_says_so(write):
    log = read_x_posts(write([tweet(1, "7", 0)]), own="shopp")
    assert log.sources["notes"][0].as_py() == ["no post is by one of the accounts own=, to one, or names one"]


@pytest.mark.parametrize("content", [b"", b"  "])
def test_an_empty_file_is_empty(write, content):
    with pytest.raises(EmptySourceError):
        read_x_posts(write(content), own=SHOP)


def test_a_file_without_posts_is_refused(write):
    with pytest.raises(FormatError, match=r"posts\.json holds no posts: its objects have 'order', 'sum'"):
        read_x_posts(write([{"order": 1, "sum": 2}]), own=SHOP)


# --- Facebook ------------------------------------------------------------------------------------------------------


def said(number, author, minute, message="…", **more):
    told = {"id": number, "created_time": f"2024-05-01T09:{minute:02}:00+0000", "message": message}
    return told | ({"from": {"id": author, "name": f"name of {author}"}} if author else {}) | more


FEED = {
    "data": [
        said("p1", SHOP, 0, "New!", comments={"data": [
            said("c1", "7", 1, "How much?", comments={"data": [said("r1", SHOP, 2), said("r2", "8", 3, "Me too")]}),
            said("c2", SHOP, 4, "Thanks all"),
            said("r3", "7", 5, "Thanks", parent={"id": "c1"}),
        ]}),
        said("p2", "9", 6, "Closed today?", comments={"data": [said("c3", SHOP, 7)], "paging": {"cursors": {}}}),
        said("p3", None, 8, "Hm"),
    ],
    "paging": {"next": "…"},
}  # fmt: skip


def test_posts_comments_and_replies_of_a_page_are_events_of_those_who_wrote_or_were_answered(write):
    log = read_facebook_page(write(FEED), own=SHOP)
    assert rows(log, "event_id", "activity", "customer", "conversation") == [
        ("c1", "comment", "facebook_user:7", "p1"),
        ("c3", "answer from company", "facebook_user:9", "p2"),
        ("p2", "post", "facebook_user:9", "p2"),
        ("p3", "post", None, "p3"),
        ("r1", "answer from company", "facebook_user:7", "p1"),
        ("r2", "reply", "facebook_user:8", "p1"),
        ("r3", "reply", "facebook_user:7", "p1"),
    ]
    assert reasons(log) == [(1, "to_nobody", "filter"), (1, "to_nobody", "filter")]
    assert account(log) == (9, 7, 0, 2)


def test_a_page_is_known_by_its_name_too(write):
    assert account(read_facebook_page(write(FEED), own=f"Name of {SHOP}")) == (9, 7, 0, 2)


def test_a_comment_without_a_time_is_kept_aside_with_the_post_it_stands_in(write):
    feed = {"data": [said("p1", "7", 0, comments={"data": [{**said("c1", "8", 1), "created_time": None}]})]}
    log = read_facebook_page(write(feed), own=SHOP)
    assert reasons(log) == [(1, "no_time", "check")]
    assert json.loads(log.quarantine.table["payload"][0].as_py()) == feed["data"][0]


def test_comments_delivered_again_are_duplicates(write):
    log = read_facebook_page(write([FEED, FEED]), own=SHOP)
    assert account(log) == (18, 7, 9, 2)


# --- any network ---------------------------------------------------------------------------------------------------

TOOTS = [
    {"nr": 1, "at": "2024-05-01 09:00", "by": {"acct": "jo"}, "html": "Hello?"},
    {"nr": 2, "at": "2024-05-01 10:00", "by": {"acct": "shop"}, "html": "Hi", "re": 1},
]
PLACES = {"id": "nr", "time": "at", "author": "by.acct", "text": "html", "parent": "re"}


def test_any_json_is_read_by_a_mapping_of_its_fields(write):
    log = read_posts(write(TOOTS), own="shop", fields=PLACES, network="mastodon", tz="Europe/Amsterdam")
    assert rows(log, "activity", "customer") == [
        ("post", "mastodon_user:jo"),
        ("answer from company", "mastodon_user:jo"),
    ]
    assert log.table["timestamp"][0].as_py().hour == 7
    with pytest.raises(TimeZoneError, match="tz='Europe/Amsterdam'"):
        read_posts(write(TOOTS), own="shop", fields=PLACES)


def test_delimited_posts_read_the_same_in_one_block_and_in_many(write, monkeypatch):
    head = "id;created_at;author_id;text;parent_id\n"
    path = write(
        head + '1;2024-05-01T09:00Z;jo;"Hello;\nanybody?";\n2;2024-05-01T10:00Z;shop;Hi;1\nbroken\n', "posts.csv"
    )
    whole = read_posts(path, own="shop")
    assert rows(whole, "activity", "text", "source_row") == [
        ("post", "Hello;\nanybody?", 2),
        ("answer from company", None, 4),
    ]
    assert reasons(whole) == [(5, "bad_row", "parse")]
    monkeypatch.setattr(inputs.blocks, "__kwdefaults__", inputs.blocks.__kwdefaults__ | {"size": 60})
    assert read_posts(path, own="shop").equals(whole)


def test_a_field_that_is_not_there_is_named(write):
    with pytest.raises(
        UnknownColumnError, match=r"posts\.json has no 'htm' for the text of a post\. Did you mean 'html'"
    ):
        read_posts(write(TOOTS), own="shop", fields=PLACES | {"text": "htm"}, tz="UTC")
    with pytest.raises(UnknownColumnError, match=r"posts\.csv has no 'author_id' for the author of a post"):
        read_posts(write("id,created_at,text\n1,2024-05-01T09:00Z,a\n", "posts.csv"), own="shop")
    with pytest.raises(UnknownOptionError, match=r"a post has no field 'autor'\. Did you mean 'author'"):
        read_posts(write(TOOTS), own="shop", fields={"autor": "by"})


# --- damage --------------------------------------------------------------------------------------------------------


@given(st.data())
def test_a_damaged_file_gives_a_typed_error_or_an_account_that_closes(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "posts.json"
    read, sound = data.draw(
        st.sampled_from(
            [
                (read_x_posts, json.dumps(PAGE)),
                (read_x_posts, "\n".join(map(json.dumps, PAGE["data"]))),
                (read_facebook_page, json.dumps(FEED)),
                (read_facebook_page, "\n".join(map(json.dumps, FEED["data"]))),
            ]
        )
    )
    content = bytearray(sound.encode())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    try:
        account(read(path, own=SHOP))
    except SourceError:
        return
