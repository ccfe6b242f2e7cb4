"""Errors are of their own class and the builtin one, say what would be right, and survive a trip between processes."""

import copy

import pytest

from journeymine import errors

BUILTIN = {
    errors.UnknownNameError: LookupError,
    errors.UnknownColumnError: LookupError,
    errors.UnknownActivityError: LookupError,
    errors.UnknownOptionError: LookupError,
    errors.OptionError: ValueError,
    errors.DurationError: ValueError,
    errors.WindowError: ValueError,
    errors.SourceError: ValueError,
    errors.FormatError: ValueError,
    errors.EmptySourceError: ValueError,
    errors.TimeZoneError: ValueError,
    errors.DateOrderError: ValueError,
    errors.SchemaError: TypeError,
    errors.MissingExtraError: ImportError,
}


@pytest.mark.parametrize(("own", "builtin"), BUILTIN.items())
def test_every_error_is_one_of_ours_and_a_builtin_one(own, builtin):
    assert issubclass(own, errors.JourneymineError)
    assert issubclass(own, builtin)


def test_no_error_class_is_missing_from_that_list():
    assert {getattr(errors, name) for name in errors.__all__} - BUILTIN.keys() == {errors.JourneymineError}


def test_an_unknown_name_is_answered_with_the_closest_and_with_all():
    error = errors.UnknownColumnError("case column {name!r} is not in clicks.csv", "visiter", ["visitor", "page", "at"])
    assert str(error) == (
        "case column 'visiter' is not in clicks.csv. Did you mean 'visitor'? Columns: visitor, page, at."
    )
    assert error.name == "visiter"
    assert error.known == ["visitor", "page", "at"]


def test_the_closest_name_is_found_whatever_its_case():
    assert "Did you mean 'Visitor'?" in str(errors.UnknownColumnError("{name!r}", "VISITOR", ["Visitor"]))


def test_of_many_names_twenty_are_listed_and_all_are_counted():
    error = errors.UnknownActivityError("activity {name!r} never occurs", "x", [f"page {n}" for n in range(25)])
    assert str(error).endswith("page 19, … (25 in all).")


def test_without_any_name_that_is_close_or_known_the_error_only_says_what_is_wrong():
    assert str(errors.UnknownNameError("segment {name!r} does not occur", "x")) == "segment 'x' does not occur."


def test_braces_in_a_file_name_are_only_braces():
    assert str(errors.UnknownColumnError("column {name!r} is not in a{0}{b}.csv", "x")).endswith("not in a{0}{b}.csv.")


def test_a_name_that_is_no_text_is_unknown_too():
    assert str(errors.UnknownActivityError("activity {name!r} never occurs", 5, ["a", "b"])) == (
        "activity 5 never occurs. Activities: a, b."
    )


@pytest.mark.parametrize(
    "error",
    [
        errors.UnknownColumnError("column {name!r} is not in x.csv", "acse", ["case", "at"]),
        errors.MissingExtraError("phonenumberslite", "phone"),
        errors.FormatError("x.csv is cut short"),
    ],
)
@pytest.mark.parametrize("trip", [copy.copy, copy.deepcopy])
def test_an_error_arrives_from_another_process_as_it_was_raised(error, trip):
    """Copies are made as processes hand objects over: by what `__reduce_ex__` gives."""
    arrived = trip(error)
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)


def test_a_missing_package_comes_with_the_command_that_installs_it():
    assert str(errors.MissingExtraError("phonenumberslite", "phone")) == (
        "this needs phonenumberslite. Install it with: pip install 'journeymine[phone]'"
    )
