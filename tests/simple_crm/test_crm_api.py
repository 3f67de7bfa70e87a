"""The CRM's REST API over a real server."""

import pytest

from portal import Role

ANNA = {"kind": "person", "name": "Anna Roca", "given_name": "Anna", "family_name": "Roca"}


def test_customer_starts_as_a_lead_and_reads_back(crm_anywhere):
    crm = crm_anywhere
    made = crm.post("/customers", ANNA | {"addresses": [{"city": "Girona", "country": "es"}]})
    assert made.status == 201
    assert (made["lifecycle"], made["archived"], made["erp_number"]) == ("lead", False, None)
    assert crm.get(f"/customers/{made['id']}").document == made.document


def test_contact_is_read_by_the_country_of_its_customer(crm):
    customer = crm.post("/customers", ANNA | {"addresses": [{"country": "ES"}]})["id"]
    contact = {"customer_id": customer, "given_name": "Pau"}
    made = crm.post(
        "/contacts", contact | {"contact_points": [{"kind": "phone", "value": "972 200 100"}]}
    )
    assert made["contact_points"][0]["value"] == "+34972200100"
    path = f"/contacts/{made['id']}"
    phones = [{"kind": "phone", "value": "972 200 200"}]
    assert (
        crm.patch(path, {"contact_points": phones})["contact_points"][0]["value"] == "+34972200200"
    )
    assert crm.patch(path, {"given_name": None}).fields == ["family_name"]
    assert crm.patch(path, {"customer_id": None}).fields == ["customer_id"]
    assert crm.delete(f"/customers/{customer}").status == 409


def test_no_customer_stands_below_itself(crm_anywhere):
    crm = crm_anywhere
    top = crm.post("/customers", {"name": "Grupo Sol"})["id"]
    low = crm.post("/customers", {"name": "Sol Norte", "parent_id": top}).document
    assert low["parent_id"] == top
    page = crm.get(f"/customers?filter[parent_id]={top}")
    assert [each["id"] for each in page["items"]] == [low["id"]]
    ring = crm.patch(f"/customers/{top}", {"parent_id": low["id"]})
    assert (ring.status, ring.fields) == (422, ["parent_id"])
    assert "cannot stand below itself" in ring["errors"][0]["reason"]
    assert crm.patch(f"/customers/{top}", {"parent_id": "cu_nobody"}).fields == ["parent_id"]


def test_consent_keeps_its_time_in_utc(crm):
    consent = {"channel": "email", "status": "given", "given_at": "2026-02-01T10:00:00+01:00"}
    made = crm.post("/customers", ANNA | {"consents": [consent]})
    assert made["consents"][0]["given_at"] == "2026-02-01T09:00:00Z"
    assert crm.post("/customers", ANNA | {"consents": [{"channel": "email"}]}).fields == [
        "consents[0].status"
    ]


def test_element_keeps_its_id_and_takes_one_that_the_client_chose(crm):
    points = [{"kind": "email", "value": "a@example.com"}, {"kind": "messenger", "value": "@anna"}]
    made = crm.post("/customers", ANNA | {"contact_points": points})
    first, second = (each["id"] for each in made["contact_points"])
    changed = crm.patch(
        f"/customers/{made['id']}",
        {
            "contact_points": [
                {"id": second, "kind": "messenger", "value": "@anna.roca"},
                {"id": "el_mine", "kind": "email", "value": "b@example.com"},
                {"kind": "email", "value": "a@example.com"},
            ]
        },
    )
    assert [each["id"] for each in changed["contact_points"]] == [second, "el_mine", first]


def test_viewer_reads_and_does_not_write(crm):
    path = f"/customers/{crm.post('/customers', ANNA)['id']}"
    viewer = crm.named(Role.VIEWER)
    assert viewer.get(path).status == 200
    assert viewer.post("/customers", ANNA).status == 403
    assert viewer.patch(path, {"name": "x"}).status == 403
    assert viewer.delete(path).status == 403
    assert viewer.post("/customers/bulk", {"items": []}).status == 403
    assert crm.named(Role.INTEGRATOR, "erp.*.*").get(path).status == 403


def test_every_route_but_the_signs_of_life_asks_who_is_there(crm):
    nobody = crm.unknown()
    paths = nobody.get("/./api/openapi.json")["paths"]
    assert len(paths) > 10
    for path, methods in paths.items():
        for method in methods:
            filled = path.replace("{record_id}", "cu_1").replace("{collection}", "customers")
            filled = filled.replace("{endpoint_id}", "ep_1")
            refused = nobody.call(method.upper(), "/." + filled, raw=b"{}")
            assert refused.status == 401, (method, path)
    assert nobody.get("/./healthz").status == 200
    assert nobody.get("/./readyz").status == 200


def test_meta_says_which_system_this_is(crm):
    assert crm.get("/meta")["system"] == "simple_crm"


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_every_writing_route_reads_strictly(crm, method):
    path = {
        "POST": "/customers",
        "PATCH": f"/customers/{crm.post('/customers', ANNA)['id']}",
        "PUT": "/managed-fields/customers",
    }[method]
    for raw in (
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": 1e999}',
        b'{"name": "a", "name": "b"}',
        b'{"name": "a\\u0000"}',
        b'{"name": "\\ud800"}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b'{"name": ' + b"[" * 65 + b"]" * 65 + b"}",
        b'{"name": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b"{",
        b"",
    ):
        assert crm.call(method, path, raw=raw).status == 400, raw[:40]
    for media_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        headers = {"content-type": media_type}
        assert crm.call(method, path, raw=b"{}", headers=headers).status == 415
    assert crm.call(method, path, raw=b'{"name": "' + b"x" * 1_048_576 + b'"}').status == 413
    for raw in (b"[]", b'"a"', b"3", b"null"):
        assert crm.call(method, path, raw=raw).status == 422


def test_bulk_takes_more_than_a_single_write_but_not_everything(crm):
    notes = "x" * 15_000
    items = [{"values": ANNA | {"notes": notes, "owner": str(n)}} for n in range(100)]
    results = crm.bulk("customers", *items)
    assert {each["status"] for each in results} == {201}
    huge = b'{"items": [{"values": {"notes": "' + b"x" * 16 * 1_048_576 + b'"}}]}'
    assert crm.call("POST", "/customers/bulk", raw=huge).status == 413


def test_refusal_never_repeats_what_was_sent(crm):
    secret = "canary-4711"
    for body in (
        {"name": {"x": secret}},
        {"kind": secret},
        {"currency": secret},
        {"roles": [secret]},
    ):
        refused = crm.post("/customers", ANNA | body)
        assert refused.status == 422
        assert secret not in str(refused.document)


def test_openapi_describes_what_is_answered(crm):
    import jsonschema

    document = crm.get("/./api/openapi.json").document
    made = crm.post(
        "/customers",
        ANNA
        | {
            "contact_points": [{"kind": "email", "value": "a@example.com"}],
            "addresses": [{"country": "ES", "uses": ["legal"]}],
            "credit_limit": {"amount": "5", "currency": "EUR"},
        },
    )
    schema = {"$ref": "#/components/schemas/Customer", "components": document["components"]}
    jsonschema.validate(made.document, schema)
    assert {"Customer", "Contact", "Product", "Category", "Problem"} <= set(
        document["components"]["schemas"]
    )


def test_products_are_written_by_systems_only(crm):
    bolt = {"sku": "B-1", "name": "Bolt", "uom": "C62", "tax_class": "standard"}
    path = f"/products/{crm.post('/products', bolt)['id']}"
    sales = crm.named(Role.SALES)
    assert sales.get(path).status == 200
    assert sales.patch(path, {"name": "x"}).status == 403
    assert sales.post("/products", bolt).status == 403
    assert sales.delete(path).status == 403


def test_the_rest_api_says_nothing_of_pages(crm):
    paths = crm.get("/./api/openapi.json").document["paths"]
    assert [path for path in paths if not path.startswith("/api/v1")] == []
