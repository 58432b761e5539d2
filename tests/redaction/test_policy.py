"""What of a value is hidden: short and common ones as whole words only, and never a clean word."""

from __future__ import annotations

import json

import pytest

from jupyter_secrets.redaction import Redactor, SecretValue, weakness
from tests.redaction.samples import MARKER


@pytest.mark.parametrize(
    ("value", "disclosed", "text", "expected"),
    [
        pytest.param("abc", True, "abc abc", "abc abc", id="under 4: never"),
        pytest.param("", True, "text", "text", id="empty: never"),
        pytest.param("  x ", True, "  x ", "  x ", id="blank around a letter: never"),
        pytest.param("LIVE", True, "DELIVERY", "DELIVERY", id="4 to 7: not within a word"),
        pytest.param("LIVE", True, "mode=LIVE;", f"mode={MARKER};", id="4 to 7: a whole word"),
        pytest.param("LIVE", True, "LIVE", MARKER, id="4 to 7: the whole text"),
        pytest.param("LIVE", True, "LIVE_2", "LIVE_2", id="4 to 7: an underscore is a letter"),
        pytest.param("LIVE", True, "ÉLIVE", "ÉLIVE", id="4 to 7: so is an accented one"),
        pytest.param("LIVE", False, "mode=LIVE;", "mode=LIVE;", id="4 to 7: not given"),
        pytest.param("a#b!", True, "x=a#b!.", f"x={MARKER}.", id="4 to 7: borders of signs"),
        pytest.param("true", True, "is true", f"is {MARKER}", id="common: a whole word"),
        pytest.param("true", False, "is true", "is true", id="common: not disclosed"),
        pytest.param("localhost", True, "mylocalhosts", "mylocalhosts", id="common: not within"),
        pytest.param("LocalHost", True, "LocalHost:80", f"{MARKER}:80", id="common: any case"),
        pytest.param("hunter22", True, "xhunter22y", f"x{MARKER}y", id="from 8: anywhere"),
        pytest.param("hunter22", False, "xhunter22y", "xhunter22y", id="from 8: not disclosed"),
        pytest.param("hunter22hunter", False, "hunter22hunter", MARKER, id="from 12: not given"),
        pytest.param(
            "hunterhunterhunter",
            False,
            "hunterhunterhunter",
            "hunterhunterhunter",
            id="from 12, one kind of characters: not disclosed",
        ),
        pytest.param(
            "correct horse battery",
            True,
            "a correct horse",
            "a correct horse",
            id="words: whole only",
        ),
        pytest.param(
            "correct horse battery", True, "correct horse battery!", f"{MARKER}!", id="words: whole"
        ),
        pytest.param(
            "correct horse battery",
            False,
            "correct horse battery",
            "correct horse battery",
            id="words: not given",
        ),
        pytest.param(
            "4929-1783-0128-5571",
            False,
            "4929-1783-0128-5571",
            "4929-1783-0128-5571",
            id="a number: not given",
        ),
        pytest.param(
            '{"name": "report2024", "token": "aB3xQ9Lm7Zk2Vp"}',
            False,
            "report2024 aB3xQ9Lm7Zk2Vp",
            f"report2024 {MARKER}",
            id="parts of a value: not given, only from 12",
        ),
        pytest.param("REDACTED", True, "[REDACTED]", "[REDACTED]", id="part of the marker: never"),
        pytest.param(
            "REDACTED-9fA7xQ2L",
            True,
            "REDACTED-9fA",
            "REDACTED-9fA",
            id="shares text with the marker: whole only",
        ),
    ],
)
def test_a_value_is_hidden_as_far_as_its_strength_allows(
    value: str, disclosed: bool, text: str, expected: str
) -> None:
    redactor = Redactor([SecretValue(value, disclosed=disclosed)])

    stream = redactor.stream()

    assert redactor.redact(text) == expected
    assert "".join(map(stream.feed, text)) + stream.flush() == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("abc", "fewer than 4"),
        ("abcdef", "fewer than 8"),
        ("localhost", "common word"),
        ("REDACTED", "marker"),
        ("hunter22", None),
        (b"ab", "fewer than 4"),
        (SecretValue("admin"), "fewer than 8"),
    ],
)
def test_a_weak_value_is_told_why_without_showing_it(
    value: str | bytes | SecretValue, reason: str | None
) -> None:
    told = weakness(value)

    assert (told is None) == (reason is None)
    assert reason is None or reason in str(told)


def test_colour_around_a_short_word_leaves_it_a_whole_word() -> None:
    redactor = Redactor(["LIVE"])

    assert redactor.redact("\x1b[31mLIVE\x1b[0m") == f"\x1b[31m{MARKER}\x1b[0m"
    assert redactor.redact("x\x1b[31mLIVE\x1b[0m") == "x\x1b[31mLIVE\x1b[0m"


def test_a_short_password_in_a_url_is_hidden_in_all_its_spellings() -> None:
    redactor = Redactor(["#s3cr3t"])

    assert redactor.redact("#s3cr3t %23s3cr3t &#35;") == f"{MARKER} {MARKER} &#35;"


@pytest.mark.parametrize(
    "value",
    [
        "-" * 40 + "a1",
        json.dumps({"auths": {"registry.example.com": {"auth": "Ym9iOlMzY3IzdA=="}}}, indent=4),
        "# " + "-" * 60 + "\nPGPASSWORD=Sunsh-ine\n",
        json.dumps(
            {
                "type": "service_account",
                "private_key": "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0B\n" * 26,
                "token_uri": "https://oauth2.googleapis.com/token",
            },
            indent=2,
        ),
        "Aa " * 2000 + "1",
    ],
    ids=["dashes", "Docker configuration", "env file", "service account", "words"],
)
@pytest.mark.timeout(10)
def test_no_value_takes_for_ever_to_judge(value: str) -> None:
    assert weakness(value) is None
