"""The policy table: what may be written in it, and which line counts."""

import pytest

from master_data.errors import BadPolicy
from master_data.policies import (
    FillOnly,
    KeptField,
    Longest,
    Manual,
    MostRestrictive,
    Newest,
    Owner,
    Trusted,
    default_policies,
    parse_policies,
    parse_policy,
)
from master_data.spelling import Form


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("newest", Newest()),
        (" newest() ", Newest()),
        ("fill_only", FillOnly()),
        ("longest", Longest()),
        ("manual", Manual()),
        ("manual( alike : company )", Manual(Form.COMPANY)),
        ("newest(alike:text)", Newest(Form.TEXT)),
        ("trusted(erp, crm)", Trusted(("erp", "crm"))),
        ("owner( erp )", Owner(("erp",))),
        (
            "most_restrictive(status: withdrawn, given)",
            MostRestrictive("status", ("withdrawn", "given")),
        ),
    ],
)
def test_a_policy_reads_as_it_is_written(text, policy):
    assert parse_policy(text) == policy


@pytest.mark.parametrize(
    "text",
    ["", "Newest", "owner", "owner()", "trusted()", "newest(erp)", "manual(alike: all)",
     "manual(like: text)", "manual(alike: text, code)", "longest(alike: text)",
     "most_restrictive(status)", "most_restrictive", "oldest", "owner(erp", "owner(a(b))"],
)  # fmt: skip
def test_what_is_no_policy_is_refused(text):
    with pytest.raises(BadPolicy):
        parse_policy(text)


@pytest.mark.parametrize(
    "text",
    ["[customer", '[house]\nname = "newest"', '[customer]\nnmae = "newest"',
     '[customer]\n"contact.*" = "newest"', '[customer]\nname = "best"'],
)  # fmt: skip
def test_a_file_that_cannot_be_meant_is_refused(text):
    with pytest.raises(BadPolicy):
        parse_policies(text)


def test_the_nearest_line_counts():
    table = parse_policies(
        """
        [customer]
        name = "manual"
        "terms.*" = "owner(erp)"
        "terms.currency" = "fill_only"
        default = "longest"
        """
    )
    assert table.of("customer", "name") == Manual()
    assert table.of("customer", "terms.tax_class") == Owner(("erp",))
    assert table.of("customer", "terms.currency") == FillOnly()
    assert table.of("customer", "notes") == Longest()
    assert table.of("customer", "addresses[el_1]") == Longest()
    assert table.of("product", "name") == Newest()


def test_an_element_has_the_policy_of_its_list():
    table = default_policies()
    assert table.of("customer", "tax_ids[el_1]") == Manual(Form.CODE)
    assert table.of("customer", "tax_ids[el_1]") is table.of("customer", "tax_ids[el_2]")


def test_kept_fields_are_those_another_connection_owns():
    kept = default_policies().kept_elsewhere("customer", "crm")
    assert KeptField("number", ("erp",)) in kept
    assert KeptField("terms.payment_terms", ("erp",)) in kept
    assert "name" not in {each.path for each in kept}
    assert {each.path for each in default_policies().kept_elsewhere("customer", "erp")} == {
        "owner", "segment", "source",
    }  # fmt: skip
