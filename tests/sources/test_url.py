import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.sources.web.url import url_template


@pytest.mark.parametrize(
    ("url", "template"),
    [
        ("", "/"),
        ("/", "/"),
        ("/?utm_source=mail", "/"),
        ("/cart#top", "/cart"),
        ("/cart/", "/cart"),
        ("//shop//cart", "/shop/cart"),
        ("https://shop.example", "/"),
        ("https://shop.example:8443/Cart?x=https://other.example/1", "/Cart"),
        ("/cart;jsessionid=1A2B3C?x=1", "/cart"),
        ("/%7Ejo/caf%C3%A9", "/~jo/café"),
    ],
)
def test_what_does_not_name_the_page_is_left_out(url, template):
    assert url_template(url) == template


@pytest.mark.parametrize(
    "part",
    [
        "7",
        "48213",
        "007",
        "2024-00117",
        "20240501",
        "6f1c2d3e-0000-4000-8000-00805f9b34fb",
        "6F1C2D3E-0000-4000-8000-00805F9B34FB",
        "d41d8cd98f00b204e9800998ecf8427e",
        "507f1f77bcf86cd799439011",
        "xjAJXh38I15wypJX",
        "INV00117",
        "CLM-00123",
        "blue-shoes-48213",
        "48213-blue-shoes",
    ],
)
def test_numbers_and_tokens_are_ids(part):
    assert url_template(f"/orders/{part}/items") == "/orders/{id}/items"


@pytest.mark.parametrize(
    "part",
    [
        "v2",
        "html5",
        "covid19",
        "iphone-15",
        "windows2000",
        "logstash-2015",
        "1.3.2",
        "deadbeefcafe",
        "facade",
        "terms-and-conditions",
        "change-your-address",
        "index.html",
        "internationalisation",
    ],
)
def test_names_of_pages_stay(part):
    assert url_template(f"/help/{part}") == f"/help/{part}"


@pytest.mark.parametrize(
    ("url", "template"),
    [
        ("/bookings/2024-05-01", "/bookings/{date}"),
        ("/bookings/2024-05-01T09:30", "/bookings/{date}"),
        ("/bookings/2024-05", "/bookings/{date}"),
        ("/bookings/31-12-2024", "/bookings/{date}"),
        ("/news/2024/05/01/open-day", "/news/{date}/open-day"),
        ("/news/2024/5", "/news/{date}"),
        ("/blog/2007/Jan/27", "/blog/{date}"),
        ("/news/2024/13/01", "/news/{id}/{id}/{id}"),
        ("/reports/2024", "/reports/{id}"),
    ],
)
def test_dates_are_told_from_numbers(url, template):
    assert url_template(url) == template


@pytest.mark.parametrize("part", ["jo@mail.example", "jo%40mail.example", "jo.de+shop@mail.co.example"])
def test_an_e_mail_address_is_never_part_of_an_activity(part):
    assert url_template(f"/unsubscribe/{part}?x=1") == "/unsubscribe/{email}"


@pytest.mark.parametrize(
    ("url", "template"),
    [
        ("/news/how-to-file-a-claim.html", "/news/{slug}.html"),
        ("/news/why%20did%20this%20take%20all%20night", "/news/{slug}"),
        ("/news/" + "a" * 41, "/news/{slug}"),
        ("/news/" + "a" * 40, "/news/" + "a" * 40),
        ("/invoices/INV-00117.pdf", "/invoices/{id}.pdf"),
    ],
)
def test_titles_are_slugs_and_the_extension_stays(url, template):
    assert url_template(url) == template


@given(st.text())
def test_any_text_gives_a_template_that_folds_to_itself(text):
    template = url_template(text)
    assert template.startswith("/")
    assert url_template(template) == template


@given(st.lists(st.from_regex(r"[a-z0-9@%.;-]{1,12}", fullmatch=True), max_size=4), st.text("a=&%2", max_size=8))
def test_the_query_never_matters(parts, query):
    path = "/" + "/".join(parts)
    assert url_template(f"{path}?{query}") == url_template(path)
