"""A withdrawn consent wins over a given one, whoever said it last, on every system's record."""

from tests.hub.engine.lives import Lives

GIVEN = {
    "channel": "email",
    "purpose": "news",
    "basis": "consent",
    "status": "given",
    "given_at": "2026-01-01T00:00:00Z",
    "source": "web",
}
WITHDRAWN = GIVEN | {"status": "withdrawn"}


def test_the_most_restrictive_consent_reaches_both_records(bed, customer):
    lives = Lives(bed, customer)
    for letter in "AB":
        lives.make(letter)
    lives.remember_erp()

    def told():
        golden = lives.golden("A")
        assert golden.held == frozenset()
        return [told["status"] for path, told in golden.body.items() if path.startswith("consents")]

    def say(letter, consent):
        (known,) = bed.crm.row("customers", lives.letters[letter]).values["consents"] or [{}]
        lives.edit(letter, "crm", {"consents": [known | consent]})

    say("A", WITHDRAWN)
    say("B", GIVEN)
    lives.merge("B", "A", "m1")
    assert told() == ["withdrawn"]
    shown = bed.crm.row("customers", lives.letters["B"]).values["consents"]
    assert [each["status"] for each in shown] == ["withdrawn"], "written where it was given"
    say("B", GIVEN)
    assert told() == ["withdrawn"], "who never withdrew it cannot give it again"
    say("A", GIVEN)
    assert told() == ["given"]
