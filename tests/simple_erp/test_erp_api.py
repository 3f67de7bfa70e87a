"""The ERP's REST API over a real server, on both databases."""

import threading

from portal import Role

ACME = {"name": "Acme S.L.", "currency": "EUR"}
BOLT = {"sku": "B-1", "name": "Bolt", "uom": "C62", "tax_class": "standard"}


def test_customer_gets_a_number_and_reads_back(erp):
    made = erp.post("/customers", ACME | {"credit_limit": {"amount": "5000", "currency": "EUR"}})
    assert made.status == 201
    assert made.headers["etag"] == '"1"'
    assert made["number"] == "C00001"
    assert made["credit_limit"] == {"amount": "5000.00", "currency": "EUR"}
    read = erp.get(f"/customers/{made['id']}")
    assert (read.status, read.headers["etag"], read.document) == (200, '"1"', made.document)


def test_numbers_stay_unique_when_many_create_at_once(erp_anywhere):
    numbers: list[str] = []

    def create(worker):
        names = [{"name": f"{worker}-{n}"} for n in range(5)]
        numbers.extend(erp_anywhere.post("/customers", ACME | name)["number"] for name in names)

    workers = [threading.Thread(target=create, args=(each,)) for each in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(numbers) == [f"C{n:05d}" for n in range(1, 21)]


def test_one_external_ref_makes_one_record_when_two_upsert_at_once(erp_anywhere):
    made = []

    def upsert(worker):
        made.append(erp_anywhere.bulk("customers", {"external_ref": "x-1", "values": ACME})[0])

    workers = [threading.Thread(target=upsert, args=(each,)) for each in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len({each["id"] for each in made}) == 1
    assert sorted(each["status"] for each in made) == [200] * 5 + [201]


def test_patch_with_equal_content_changes_nothing(erp):
    made = erp.post("/customers", ACME | {"addresses": [{"uses": ["legal"], "country": "ES"}]})
    same = erp.patch(
        f"/customers/{made['id']}",
        {"name": " Acme S.L. ", "addresses": [{"country": "es", "uses": ["legal"]}]},
    )
    assert (same.status, same.document) == (200, made.document)


def test_if_match_guards_a_change(erp):
    path = f"/customers/{erp.post('/customers', ACME)['id']}"
    assert erp.patch(path, {"name": "A"}, headers={"If-Match": '"1"'}).status == 200
    stale = erp.patch(path, {"name": "B"}, headers={"If-Match": '"1"'})
    assert (stale.status, stale["version"]) == (412, 2)
    assert erp.patch(path, {"name": "C"}, headers={"If-Match": "nonsense"}).status == 412
    assert erp.patch(path, {"name": "D"}, headers={"If-Match": "*"}).status == 200
    assert erp.delete(path, headers={"If-Match": '"1"'}).status == 412
    assert erp.delete(path, headers={"If-Match": '"3"'}).status == 200
    gone = erp.get(path)
    assert (gone.status, gone["version"]) == (410, 4)
    assert erp.patch(path, {"name": "E"}).status == 410


def test_product_code_is_unique_and_stays(erp_anywhere):
    made = erp_anywhere.post("/products", BOLT)
    again = erp_anywhere.post("/products", BOLT)
    assert (again.status, again["field"], again["other"]) == (409, "sku", made["id"])
    moved = erp_anywhere.patch(f"/products/{made['id']}", {"sku": "B-2"})
    assert (moved.status, moved.fields) == (422, ["sku"])


def test_category_in_use_is_not_deleted(erp):
    category = erp.post("/categories", {"code": "metal", "name": "Metal"})["id"]
    product = erp.post("/products", BOLT | {"category_id": category})["id"]
    refused = erp.delete(f"/categories/{category}")
    assert (refused.status, refused["other"]) == (409, product)
    below = erp.post("/categories", {"code": "bolts", "name": "Bolts", "parent_id": category})
    circle = erp.patch(f"/categories/{category}", {"parent_id": below["id"]})
    assert (circle.status, circle.fields) == (422, ["parent_id"])
    nowhere = erp.patch(f"/products/{product}", {"category_id": f"ca_{'0' * 12}7000{'8':0<16}"})
    assert (nowhere.status, nowhere.fields) == (422, ["category_id"])


def test_bad_product_is_refused_with_every_field(erp):
    bad = {"gtins": ["4006381333932"], "colour": "red", "version": 7, "name": ""}
    refused = erp.post("/products", BOLT | bad)
    assert refused.status == 422
    assert sorted(refused.fields) == ["colour", "gtins[0]", "name", "version"]


def test_customer_number_cannot_be_chosen(erp):
    assert erp.post("/customers", ACME | {"number": "C1"}).fields == ["number"]


def test_bulk_answers_item_by_item_in_order(erp_anywhere):
    kept = erp_anywhere.post("/customers", ACME | {"external_ref": "a"})
    gone = erp_anywhere.post("/customers", ACME)
    erp_anywhere.delete(f"/customers/{gone['id']}")
    results = erp_anywhere.bulk(
        "customers",
        {"external_ref": "a", "values": {"name": "Acme"}},
        {"external_ref": "b", "values": ACME},
        {"values": {"name": "No currency"}},
        {"id": kept["id"], "if_match": 1, "values": {"name": "Late"}},
        {"id": gone["id"], "values": {"name": "x"}},
        {"id": "cu_none", "values": {}},
        {"values": 3},
        {"external_ref": "a", "values": {"name": "Acme"}},
    )
    assert [each["status"] for each in results] == [200, 201, 422, 412, 410, 404, 422, 200]
    assert [each["changed"] for each in results] == [True, True] + [False] * 6
    assert results[0]["id"] == results[7]["id"] == kept["id"]
    assert results[0]["record"]["name"] == "Acme"
    assert results[2]["problem"]["errors"][0]["field"] == "currency"
    assert results[5]["id"] == "cu_none"


def test_bulk_body_must_have_the_right_shape(erp):
    item = {"values": ACME}
    bodies: list = [[], {}, {"items": {}}, {"items": [item] * 101}, {"items": [], "more": 1}]
    for body in bodies:
        assert erp.post("/customers/bulk", body).status == 422


def test_machine_may_pass_on_odd_values_and_a_person_may_not(erp):
    odd = ACME | {
        "contact_points": [{"kind": "phone", "value": "ask Anna"}],
        "tax_ids": [{"country": "ES", "scheme": "vat", "value": "unknown"}],
    }
    (kept,) = erp.bulk("customers", {"values": odd})
    assert kept["status"] == 201
    assert kept["record"]["contact_points"][0]["value"] == "ask Anna"
    assert kept["record"]["tax_ids"][0]["value"] == "UNKNOWN"
    assert erp.post("/customers", odd).fields == ["tax_ids[0].value", "contact_points[0].value"]
    (refused,) = erp.named(Role.CLERK).bulk("customers", {"values": odd})
    assert refused["status"] == 422
    (hard,) = erp.bulk("customers", {"values": odd | {"currency": "EUX"}})
    assert hard["problem"]["errors"][0]["field"] == "currency"


def test_managed_field_is_refused_to_others_with_who_keeps_it(erp):
    path = f"/customers/{erp.post('/customers', ACME)['id']}"
    kept = {"field": "name", "kept_by": "CRM", "text": "The CRM names customers."}
    assert erp.put("/managed-fields/customers", {"fields": [kept]}).document == {"fields": [kept]}
    clerk = erp.named(Role.CLERK)
    refused = clerk.patch(path, {"name": "Other"})
    assert refused.status == 409
    assert {name: refused[name] for name in kept} == kept
    assert clerk.patch(path, {"name": ACME["name"], "payment_terms": "NET30"}).status == 200
    assert erp.patch(path, {"name": "Other"}).status == 200
    assert clerk.put("/managed-fields/customers", {"fields": []}).status == 403
    assert clerk.get("/managed-fields/customers").document == {"fields": [kept]}
    unknown = erp.put("/managed-fields/customers", {"fields": [kept | {"field": "nome"}]})
    assert unknown.status == 422
    assert erp.get("/managed-fields/planets").status == 404


def test_listener_is_added_shown_and_removed(erp):
    made = erp.post("/endpoints", {"url": "https://192.0.2.1/n", "topics": ["records.changed"]})
    assert made.status == 422  # a documentation address leads nowhere
    made = erp.post("/endpoints", {"url": "https://93.184.215.14/n", "topics": ["products"]})
    assert made.status == 201
    assert made["secret"].startswith("whsec_")
    (shown,) = erp.get("/endpoints")["items"]
    assert (shown["id"], shown["topics"], shown["state"]) == (made["id"], ["products"], "active")
    assert made["secret"] not in str(shown)
    assert erp.delete(f"/endpoints/{made['id']}").status == 204
    assert erp.delete(f"/endpoints/{made['id']}").status == 404
    for bad in (
        {"url": "http://127.0.0.1/"},
        {"url": "file:///etc/passwd"},
        {"url": "http://10.0.0.1"},
    ):
        assert erp.post("/endpoints", bad).fields == ["url"]
    assert erp.post("/endpoints", {"url": "https://93.184.215.14", "topics": ["x"]}).status == 422
    assert erp.named(Role.CLERK).post("/endpoints", {"url": "https://93.184.215.14"}).status == 403


def test_retried_post_gets_the_first_answer(erp_anywhere):
    erp, key = erp_anywhere, {"Idempotency-Key": "k-1"}
    first = erp.post("/customers", ACME, headers=key)
    again = erp.post("/customers", ACME, headers=key)
    assert (first.status, again.status) == (201, 201)
    assert again.document == first.document
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotency-replayed"] == "true"
    assert erp.post("/customers", ACME | {"name": "Other"}, headers=key).status == 409
    assert erp.post("/customers", ACME, headers={"Idempotency-Key": ""}).status == 400
    other = erp.named(Role.CLERK).post("/customers", ACME, headers=key)
    assert other["id"] != first["id"]
    failing = {"Idempotency-Key": "k-2"}
    assert erp.post("/customers", {"name": "No currency"}, headers=failing).status == 422
    assert erp.post("/customers", ACME, headers=failing).status == 201


def test_many_retries_at_once_make_one_record(erp_anywhere):
    erp, answers = erp_anywhere, []

    def post():
        answers.append(erp.post("/customers", ACME, headers={"Idempotency-Key": "k-1"}))

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.status for each in answers} <= {201, 409}
    assert len({each["id"] for each in answers if each.status == 201}) == 1
    assert len(erp.get("/customers")["items"]) == 1


def test_list_pages_through_changes(erp):
    made = [erp.post("/customers", ACME | {"name": f"Customer {n}"})["id"] for n in range(5)]
    erp.delete(f"/customers/{made[1]}")
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = erp.get(
            f"/customers?updated_since=2000-01-01T00:00:00Z&include_deleted=true&limit=2&{after}"
        )
        seen += [each["id"] for each in page["items"]]
        after = page["next"] and f"after={page['next']}"
    assert seen == [*[each for each in made if each != made[1]], made[1]]
    found = erp.get("/customers?filter[name]=Customer%203&sort=-name").document
    assert [each["id"] for each in found["items"]] == [made[3]]
    refused = erp.get("/customers?filter[colour]=red")
    assert (refused.status, refused.fields) == (422, ["filter[colour]"])
    assert [each["id"] for each in erp.get(f"/customers?ids={made[0]},{made[1]}")["items"]] == [
        made[0]
    ]
