"""One bed of customers that live: edited, merged, taken apart, split; and what is true of them."""

from hub.clusters.model import Intent
from hub.clusters.service import decisions_of, merge_goldens, split_golden, unmerge
from hub.golden.service import as_of
from master_data import store
from master_data.clusters import store as clusters
from master_data.clusters.model import EdgeKind

FIELDS = ("name", "language", "legal_name", "roles", "terms.payment_terms", "contact_points")
QUIET = Intent(by="us_1", apart=False)
BOLD = Intent(by="us_1", overrule=True)


class Lives:
    """Customers of a bed by a letter; each is made in the CRM and reaches the ERP."""

    def __init__(self, bed, customer):
        self.bed, self.customer = bed, customer
        self.letters, self.merges = {}, {}

    def make(self, letter):
        row = self.bed.crm.create("customers", self.customer(name=f"Customer {letter}"))
        self.settle()
        self.letters[letter] = row.id

    def settle(self):
        self.bed.clock.advance(1)
        self.bed.run()
        self.bed.clock.advance(1)

    def crossref(self, letter, connection):
        """Return the crossref of a customer's record in a system."""
        made = self.bed.hub.db.read(
            lambda c: store.crossrefs_by_external(c, "crm", "customers", [self.letters[letter]])
        )[0]
        if connection == "crm":
            return made
        return self.bed.hub.db.read(lambda c: store.crossrefs_by_id(c, [self.erp_ids[letter]]))[
            self.erp_ids[letter]
        ]

    def remember_erp(self):
        """Note which ERP record was made for which customer, before anything is merged."""
        self.erp_ids = {}
        self.homes = {letter: self.golden_id(letter) for letter in self.letters}
        for letter in self.letters:
            golden = self.crossref(letter, "crm").golden_id
            mates = self.bed.hub.db.read(lambda c, golden=golden: store.crossrefs_of(c, [golden]))
            (self.erp_ids[letter],) = [each.id for each in mates if each.connection == "erp"]

    def root(self, letter):
        """Return the customer whose golden record this one is part of."""
        mine = self.golden_id(letter)
        return next((each for each, home in self.homes.items() if home == mine), letter)

    def golden_id(self, letter):
        return self.crossref(letter, "crm").golden_id

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
                "match_key": "select * from match_key",
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
