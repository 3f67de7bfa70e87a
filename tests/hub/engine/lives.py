"""One bed of customers that live: edited, merged, taken apart, split; and what is true of them."""

from contextlib import contextmanager

from sqlalchemy import delete, insert, select

from hub.clusters.model import Intent
from hub.clusters.service import decisions_of, merge_goldens, split_golden, unmerge
from hub.golden.service import as_of
from master_data import store
from master_data.clusters import store as clusters
from master_data.clusters.model import EdgeKind
from master_data.index.tables import blocking_key
from master_data.tables import match_key

FIELDS = (
    "name",
    "language",
    "legal_name",
    "lifecycle",
    "roles",
    "tax_ids",
    "terms.payment_terms",
    "contact_points",
)
QUIET = Intent(by="us_1", apart=False)
BOLD = Intent(by="us_1", overrule=True)


TAX_ID = {"country": "ES", "scheme": "vat", "value": "ESA58818501"}


class Lives:
    """Customers of a bed by a letter; each is made in the CRM and reaches the ERP.

    `origins`: the system in which a record of a letter was made. D is known to both systems before
    they meet: its record in the ERP is E, linked to D by the tax id.
    """

    def __init__(self, bed, customer, account=None):
        self.bed, self.customer, self.account = bed, customer, account
        self.letters, self.merges, self.origins = {}, {}, {}

    def make(self, letter):
        self._create(letter, "crm", self.customer(name=f"Customer {letter}"))

    def make_twins(self, *, linked):
        """Let D and E be met as one; or, as if nobody had seen that they are alike, as two."""
        mine = {"tax_ids": [TAX_ID]}
        self._create("D", "crm", self.customer(name="Customer D", lifecycle="prospect", **mine))
        told = mine | {"legal_name": "Legal E", "payment_terms": "30 days"}
        with self._forgetful(not linked):
            self._create("E", "erp", self.account(name="Customer D", currency="EUR", **told))
        assert (self.golden_id("D") == self.golden_id("E")) is linked

    @contextmanager
    def _forgetful(self, applies):
        """Let no golden record be found by its keys meanwhile."""
        db = self.bed.hub.db
        tables = (blocking_key, match_key) if applies else ()
        found = {}
        for table in tables:
            rows = db.read(lambda c, table=table: c.execute(select(table)).mappings().all())
            found[table] = [dict(each) for each in rows]
            db.write(lambda c, table=table: c.execute(delete(table)))
        yield
        for table, rows in found.items():
            if rows:
                db.write(lambda c, table=table, rows=rows: c.execute(insert(table), rows))

    def _create(self, letter, system, values):
        row = self.bed.system(system).create("customers", values)
        self.letters[letter], self.origins[letter] = row.id, system
        self.settle()

    def settle(self):
        self.bed.clock.advance(1)
        self.bed.run()
        self.bed.clock.advance(1)

    def origin(self, letter):
        """Return the crossref of the record that was made for a customer."""
        where = self.origins[letter], "customers", [self.letters[letter]]
        return self.bed.hub.db.read(lambda c: store.crossrefs_by_external(c, *where))[0]

    def crossref(self, letter, connection):
        """Return the crossref of a customer's record in a system."""
        if connection == self.origins[letter]:
            return self.origin(letter)
        return self.bed.hub.db.read(lambda c: store.crossrefs_by_id(c, [self.erp_ids[letter]]))[
            self.erp_ids[letter]
        ]

    def remember_erp(self):
        """Note which ERP record was made for which customer, before anything is merged."""
        self.erp_ids = {}
        self.homes = {letter: self.golden_id(letter) for letter in self.letters}
        for letter in self.letters.keys() - {"D", "E"}:
            golden = self.origin(letter).golden_id
            mates = self.bed.hub.db.read(lambda c, golden=golden: store.crossrefs_of(c, [golden]))
            (self.erp_ids[letter],) = [each.id for each in mates if each.connection == "erp"]

    def root(self, letter):
        """Return the customer whose golden record this one is part of."""
        mine = self.golden_id(letter)
        return next((each for each, home in self.homes.items() if home == mine), letter)

    def golden_id(self, letter):
        return self.origin(letter).golden_id

    def golden(self, letter):
        wanted = self.golden_id(letter)
        return self.bed.hub.db.read(lambda c: store.goldens_by_id(c, [wanted]))[wanted]

    def edit(self, letter, connection, values):
        external_id = self.crossref(letter, connection).external_id
        self.bed.system(connection).edit("customers", external_id, values)
        self.settle()

    def merge(self, one, other, name):
        reshaped = merge_goldens(self.bed.hub, self.golden_id(one), self.golden_id(other), BOLD)
        self.merges[name] = reshaped.added[0].id
        self.settle()

    def unmerge(self, name):
        unmerge(self.bed.hub, self.merges.pop(name), QUIET)
        self.settle()

    def split(self, letter, connection):
        split_golden(
            self.bed.hub,
            self.golden_id(letter),
            [self.crossref(letter, connection).id],
            Intent(by="us_1"),
        )
        self.settle()

    def part(self, leaving):
        """Take D and E apart, one of which leaves the record of both."""
        self.split(leaving, self.origins[leaving])
        self.homes[leaving] = self.golden_id(leaving)

    def told(self, letter):
        """Return what a customer's golden record says, elements without their ids."""
        golden = self.golden(letter)
        shown = {}
        for path, value in golden.body.items():
            name = path.partition("[")[0]
            if name in FIELDS and path not in golden.held:
                shown.setdefault(name, []).append(repr(value))
        return {name: sorted(values) for name, values in shown.items()}

    def group(self, letter):
        """Return the customers that are one with this one."""
        mine = self.golden_id(letter)
        return {each for each in self.letters if self.golden_id(each) == mine}

    def rows(self):
        """Return everything that a merge touches, byte for byte, without row versions."""

        def read(connection):
            tables = {
                "golden": "select id, state, body, provenance, decisions, held, title from golden",
                "alias": "select * from alias",
                "home": "select golden_id, root, names, decisions from home",
                "pin": "select * from pin",
                "blocking_key": "select key, number from blocking_key",
                "match_form": "select golden_id, entity, form from match_form",
                "crossref": "select id, golden_id, external_id, state, is_primary, record, base,"
                " contributions, elements, absent, held, parked from crossref",
                "conflict": "select golden_id, kind, subject, rivals from conflict"
                " where closed_at is null",
            }
            return {
                name: sorted(map(repr, map(tuple, connection.exec_driver_sql(query))))
                for name, query in tables.items()
            }

        return self.bed.hub.db.read(read)

    def assert_sound(self):
        """No orphan link, every id resolves, provenance rebuilds every golden record."""
        db = self.bed.hub.db
        ids = [row[0] for row in self.bed.goldens()]
        stored = db.read(lambda c: store.goldens_as_stored(c, ids))
        resolved = db.read(lambda c: store.goldens_by_id(c, ids))
        assert set(resolved) == set(ids)
        assert {each.state.value for each in resolved.values()} <= {"active", "unconfirmed"}
        crossrefs = db.read(lambda c: store.crossrefs_of(c, ids))
        living = {each.id for each in resolved.values()}
        assert {each.golden_id for each in crossrefs} <= living
        links = db.read(lambda c: c.exec_driver_sql("select count(*) from crossref").scalar_one())
        assert links == len(crossrefs)
        primaries = [
            (each.golden_id, each.connection, each.object_type)
            for each in crossrefs
            if each.is_primary
        ]
        places = {(each.golden_id, each.connection, each.object_type) for each in crossrefs}
        assert sorted(primaries) == sorted(places), "one primary per system"
        for golden in stored.values():
            rebuilt = as_of(self.bed.hub, golden.id).body
            odd = {
                path: (rebuilt.get(path), golden.body.get(path))
                for path in {*rebuilt, *golden.body}
                if rebuilt.get(path) != golden.body.get(path)
            }
            assert odd == {}, (golden.id, golden.version)
        for root in living:
            homes = db.read(lambda c, root=root: clusters.homes_of(c, root))
            edges = [
                each for each in decisions_of(self.bed.hub, root) if each.kind is EdgeKind.SAME
            ]
            assert len(edges) == max(0, len(homes) - 1), "a cluster is a tree of decisions"
