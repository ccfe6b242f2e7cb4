"""What a sender wrote, told from what he quotes; every real reply was read by eye."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeymine.sources.mail.html import html_text
from journeymine.sources.mail.quotes import own_words

ABOVE = [
    "On Wed, May 1, 2024 at 9:00 AM Jo Doe <jo@mail.example> wrote:",
    "On Wed, May 1, 2024 at 9:00 AM Jo Doe\n<jo@mail.example>\nwrote:",
    "On 01/05/2024 09:00, Jo wrote:",
    "---- On Wed, 1 May 2024, jo@mail.example wrote:",
    "Op wo 1 mei 2024 om 09:00 schreef Jo Doe <jo@mail.example>:",
    "Am Mi., 1. Mai 2024 um 09:00 Uhr schrieb Jo Doe <jo@mail.example>:",
    "Am 01.05.24 um 09:00 schrieb Jo Doe:",
    "Le mer. 1 mai 2024 à 09:00, Jo Doe <jo@mail.example> a écrit :",
    "El mié, 1 may 2024 a las 9:00, Jo Doe (<jo@mail.example>) escribió:",
    "Il giorno mer 1 mag 2024 alle ore 09:00 Jo Doe <jo@mail.example> ha scritto:",
    "Den ons 1 maj 2024 kl 09:00 skrev Jo Doe <jo@mail.example>:",
    "Em qua., 1 de mai. de 2024 às 09:00, Jo Doe <jo@mail.example> escreveu:",
    "śr., 1 maj 2024 o 09:00 Jo Doe <jo@mail.example> napisał(a):",
    '01.05.2024, 09:00, "Jo Doe" <jo@mail.example>:',
]
HEADS = [
    "From: Jo Doe <jo@mail.example>\nSent: Wednesday, 1 May 2024 09:00\nTo: Help\nSubject: My order",
    "*From:* Jo\n*Sent:* Wednesday\n*To:* Help",
    "________________________________\nVan: Jo\nVerzonden: woensdag 1 mei 2024\nAan: Help\nOnderwerp: Bestelling",
    "-----Ursprüngliche Nachricht-----\nVon: Jo\nGesendet: Mittwoch",
    "De\xa0: Jo\nEnvoyé\xa0: mercredi 1 mai 2024\nÀ\xa0: Help\nObjet\xa0: Commande",
    "Date: Wed, 1 May 2024 09:00:00 +0200\nSubject: My order\nFrom: jo@mail.example\nTo: help@shop.example",
    "---------- Forwarded message ---------",
    "Begin forwarded message:",
    "-------- Oorspronkelijk bericht --------",
]


@pytest.mark.parametrize("above", ABOVE)
def test_the_line_above_a_quotation_goes_with_it_and_what_stands_below_stays(above):
    assert own_words(f"Hi,\n{above}\n\n> It is\n>> sent.\n\nIt is not.") == "Hi,\n\nIt is not."


@pytest.mark.parametrize("above", [*ABOVE, *HEADS])
def test_what_follows_the_head_of_an_older_message_is_not_the_senders(above):
    assert own_words(f"It is not here.\n\n{above}\n\nIt is sent.\nHelp") == "It is not here."


@pytest.mark.parametrize(
    "text",
    [
        "On 1 May you wrote:\n\nIt is sent.\n\nBut it did not come.",
        "On your site I read:\n\nIt comes in 2 days.",
        "From: Utrecht\nTo: Paris\nDate: 1 May\n\nThese are my trains.",
        "Subject: my order\nOrder: 123",
        "a > b and\n- c -- d\n-- e",
        "My numbers:\n--- 1 ---\n--- 2 ---",
        "Sent from my desk, since my telephone is broken.\nBye",
    ],
)
def test_a_persons_own_words_that_look_a_little_like_a_quotation_stay(text):
    assert own_words(text) == text


@pytest.mark.parametrize(
    "below",
    [
        "-- \nJo Doe\nShop",
        "--\nJo",
        "—\nView it on the web",
        "Sent from my iPhone",
        "Get Outlook for Android\n",
        "Verzonden vanaf mijn telefoon",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "______________________________________\nThe list\nhttp://list.example",
        "-----------",
    ],
)
def test_a_signature_is_cut_off(below):
    assert own_words(f"Thanks.\n\n{below}") == "Thanks."


@pytest.mark.parametrize("text", ["> only\n> this", "-- \nJo", "From: a\nSent: b\nTo: c\n\nold", "Sent from my iPhone"])
def test_a_message_with_nothing_else_is_kept_whole(text):
    assert own_words(text) == text


@given(st.lists(st.sampled_from([*ABOVE, *HEADS, "> q", "", "Hi", "Hi:", "-- ", "a:", "<x@y.example> 9:00 1:"])))
def test_whatever_is_cut_what_is_left_are_lines_of_the_text_in_their_order(parts):
    text = "\n".join(parts)
    own = own_words(text)
    left = iter(line.strip() for line in text.split("\n"))
    assert all(line.strip() in left for line in own.split("\n"))
    assert bool(own) == bool(text.strip())


ENDS = {
    "correct_sig.txt": "correct -- signature.",
    "email_1_1.txt": "-Abhishek Kona",
    "email_1_2.txt": 'delete them all individually."',
    "email_1_3.txt": "-Abhishek Kona",
    "email_1_4.txt": "another problem with it.",
    "email_1_5.txt": "for a while.",
    "email_1_6.txt": "rendering as well.",
    "email_1_7.txt": ":+1:",
    "email_1_8.txt": "and under this.",
    "email_2_1.txt": "with a reply",
    "email_2_2.txt": "directly above line",
    "email_2_3.txt": "unusual format",
    "email_BlackBerry.txt": "another email",
    "email_bullets.txt": "and another",
    "email_gmail.txt": "a github message.",
    "email_headers_no_delimiter.txt": "another reply!",
    "email_iPhone.txt": "another email",
    "email_multi_word_sent_from_my_mobile_device.txt": "another email",
    "email_one_is_not_on.txt": "when I run...",
    "email_partial_quote_header.txt": "is not working.",
    "email_sent_from_my_not_signature.txt": "my mobile phone.",
    "email_sig_delimiter_in_middle_of_line.txt": "kthxbai",
    "gmail.html": "Thanks,\nAlex",
    "greedy_on.txt": "is not working.",
    "hotmail.html": "Thanks,\nAlex",
    "mail_ru.html": "Thanks,\nAlex",
    "ms_outlook_2003.html": "Thanks,\nAlex",
    "ms_outlook_2007.html": "Thanks,\nAlex",
    "ms_outlook_2010.html": "Thanks,\nAlex",
    "pathological.txt": "to a computer.",
    "reply-separated-by-hr.html": "there\nBob",
    "thunderbird.html": "Thanks,\nAlex",
    "windows_mail.html": "Thanks,\nAlex",
    "yandex_ru.html": "Thanks,\nAlex",
}


def test_every_real_reply_is_cut_where_a_reader_would_cut_it(shared):
    files = {file.name: file for file in (shared / "formats/mail/replies").iterdir() if file.suffix != ".eml"}
    assert files.keys() == ENDS.keys()
    for name, file in files.items():
        written = file.read_text(encoding="utf-8")
        text = html_text(written) if name.endswith(".html") else written
        own = own_words(text)
        assert own.endswith(ENDS[name]), name
        assert ">" not in own, name
        assert own[:3] == text[:3] or name == "email_1_8.txt", name  # which answers below the quotation
