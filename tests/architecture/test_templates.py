"""Templates hold no logic that a strict content policy or a careful reader would refuse."""

import re

import pytest

# a macro or a helper of ours that returns Markup needs none of these
FORBIDDEN = {
    "a text that escapes escaping": re.compile(r"\|\s*safe\b|autoescape\s+false"),
    "an inline style": re.compile(r"<[^>{}]*\sstyle\s*=|<style\b"),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']"),
    "an inline script": re.compile(
        r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")[^>]*>"
    ),
    "a javascript: address": re.compile(
        r"(?:href|src|action)\s*=\s*[\"']\s*javascript:", re.IGNORECASE
    ),
    "another site's file": re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//[^\"']+\.(?:js|css)"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(what, templates):
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
        for path, text in templates
        for match in FORBIDDEN[what].finditer(text)
    ]
    assert found == []
