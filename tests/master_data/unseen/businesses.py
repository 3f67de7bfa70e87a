"""Firms: branches of chains, holdings, one accountant for many, one office centre for many."""

from tests.master_data.unseen.traps import World, frequent, maybe, mistyped

TRADES = [
    "Bakery",
    "Logistics",
    "Consulting",
    "Plumbing",
    "Electrics",
    "Dental",
    "Optics",
    "Printing",
    "Catering",
    "Roofing",
    "Timber",
    "Textiles",
    "Motors",
    "Software",
    "Insurance",
    "Travel",
    "Foods",
    "Pharma",
    "Steel",
    "Packaging",
    "Energy",
    "Media",
    "Design",
    "Engineering",
    "Security",
    "Cleaning",
    "Gardens",
    "Interiors",
    "Brewing",
    "Furniture",
]
OWNERS = [
    "Harper",
    "Lindqvist",
    "Marchetti",
    "Delgado",
    "Novak",
    "Okafor",
    "Brandt",
    "Sorensen",
    "Tremblay",
    "Ferraro",
    "Kowalczyk",
    "Ashdown",
    "Whitfield",
    "Beaumont",
    "Castellano",
    "Eriksson",
    "Fitzgerald",
    "Gallagher",
    "Haverford",
    "Iglesias",
    "Jansen",
    "Kessler",
    "Larsson",
    "Montoya",
    "Neumann",
    "Olivares",
    "Pemberton",
    "Quigley",
    "Rasmussen",
    "Stavros",
    "Thornton",
    "Ulrich",
    "Valenti",
    "Wexford",
    "Yilmaz",
    "Zanetti",
    "Aldridge",
    "Bergstrom",
    "Carmichael",
    "Dunmore",
]
COINED = [
    "Nordvik",
    "Altura",
    "Verdanta",
    "Solaris",
    "Quantis",
    "Meridian",
    "Zephyr",
    "Helvora",
    "Cirrus",
    "Bluepeak",
    "Tandem",
    "Axiom",
    "Lumena",
    "Orbit",
    "Kestrel",
    "Ironbridge",
    "Silverline",
    "Northgate",
    "Harbour",
    "Summit",
    "Evergreen",
    "Crescent",
    "Pinnacle",
    "Vertex",
    "Beacon",
    "Cascade",
    "Delta",
    "Phoenix",
    "Atlas",
    "Horizon",
]
CHAINS = [
    "Burger Palace",
    "Happy Paws Vets",
    "Café Central",
    "Speedy Tyres",
    "Green Leaf Pharmacy",
    "Book Nook",
    "City Gym",
    "Pizza Bella",
    "Optik Krass",
    "Perfect Nails",
]
FORMS = {
    "GB": ("Ltd", "Limited", "Ltd."), "DE": ("GmbH", "Gesellschaft mbH", "G.m.b.H."),
    "ES": ("S.L.", "SL", "Sociedad Limitada"), "IT": ("S.r.l.", "SRL", "srl"),
    "FR": ("SARL", "S.A.R.L.", "Sarl"), "PL": ("sp. z o.o.", "Sp. z o. o.", "spółka z o.o."),
    "US": ("Inc.", "Inc", "Incorporated"),
}  # fmt: skip
PLACES = [("Leeds", "LS{} 4QP", "GB"), ("Bristol", "BS{} 2AB", "GB"), ("Madrid", "2800{}", "ES"),
          ("Sevilla", "4100{}", "ES"), ("Köln", "5066{}", "DE"), ("Hamburg", "2009{}", "DE"),
          ("Lyon", "6900{}", "FR"), ("Torino", "1012{}", "IT"), ("Gdańsk", "80-00{}", "PL"),
          ("Denver", "8020{}", "US"), ("Austin", "7870{}", "US")]  # fmt: skip
STREETS = [
    "Market Street",
    "Industrial Estate",
    "Calle Real",
    "Gran Vía",
    "Industriestraße",
    "Hafenstraße",
    "Rue de Lyon",
    "Via Torino",
    "ul. Portowa",
    "Main Street",
    "Commerce Drive",
    "Mill Road",
]
DIAL = {"GB": "+44 113{:07}", "ES": "+34 91{:07}", "DE": "+49 221{:07}", "FR": "+33 4{:08}",
        "IT": "+39 011{:07}", "PL": "+48 58{:07}", "US": "+1 303{:07}"}  # fmt: skip
TAX = {"GB": "GB{:09}", "ES": "ESB{:08}", "DE": "DE{:09}", "FR": "FR{:011}", "IT": "IT{:011}",
       "PL": "PL{:010}", "US": "{:09}"}  # fmt: skip


def place(rng):
    town, code, country = rng.choice(PLACES)
    return {
        "address.street": f"{rng.choice(STREETS)} {rng.randrange(1, 200)}",
        "address.city": town,
        "address.postal_code": code.format(rng.randrange(1, 9)),
        "address.country": country,
    }


def phone(rng, country):
    template = DIAL[country]
    return template.format(rng.randrange(10 ** int(template[-2])))


def tax_id(rng, country):
    template = TAX[country]
    digits = int(template[template.index(":") + 1 : -1])
    return template.format(rng.randrange(10 ** (digits - 1), 10**digits))


def firm(rng, name, where=None):
    where = where or place(rng)
    country = where["address.country"]
    site = "".join(c for c in name.lower() if c.isalnum() and c.isascii()) + {"GB": ".co.uk"}.get(
        country, f".{country.lower()}"
    )
    return where | {
        "name": f"{name} {FORMS[country][0]}",
        "phone": phone(rng, country),
        "email": f"info@{site}",
        "web": f"www.{site}",
        "tax_id": tax_id(rng, country),
    }


def named(rng):
    kind = rng.random()
    if kind < 0.4:
        return f"{frequent(rng, OWNERS)} {frequent(rng, TRADES)}"
    if kind < 0.7:
        return f"{frequent(rng, COINED)} {frequent(rng, TRADES)}"
    if kind < 0.85:
        return f"{frequent(rng, OWNERS)} & {frequent(rng, OWNERS)}"
    return f"{frequent(rng, OWNERS)} & Sons {frequent(rng, TRADES)}"


def group(rng):
    """Return a firm with its holding or its sister: two firms, one house, one domain."""
    first = firm(rng, named(rng))
    bare = first["name"].rpartition(" ")[0] if " " in first["name"] else first["name"]
    word = rng.choice(["Holding", "Group", "International", "Services", "Properties", "Trading"])
    head = bare.split()[0]
    other = first | {
        "name": f"{head} {word} {FORMS[first['address.country']][0]}",
        "tax_id": tax_id(rng, first["address.country"]),
    }
    if rng.random() < 0.5:
        other["phone"] = phone(rng, first["address.country"])
    return [first, other]


def chain(rng, name):
    """Return branches in several towns: one name, domain and mailbox; each its own telephone."""
    numbered = rng.random() < 0.3
    found = []
    for number in range(rng.randrange(4, 10)):
        branch = firm(rng, name)
        branch["name"] = name
        if numbered:
            branch["name"] += f" #{100 + number * 7}"
        elif rng.random() < 0.4:
            branch["name"] += f" {branch['address.city']}"
        branch |= {"tax_id": None, "branch": True}
        found.append(branch)
    for branch in found:
        branch["email"] = found[0]["email"]
    return found


def once_more(rng, one):  # noqa: C901  one line for each habit
    said = dict(one)
    for name, lost in (("email", 0.4), ("phone", 0.3), ("web", 0.4), ("tax_id", 0.5),
                       ("address.street", 0.15), ("address.postal_code", 0.15)):  # fmt: skip
        said[name] = maybe(rng, 1 - lost, said.get(name))
    for name in ("name", "address.street", "address.city"):
        if said.get(name) and rng.random() < 0.08:
            said[name] = mistyped(rng, said[name])
    forms = FORMS[one["address.country"]]
    if said["name"].endswith(forms[0]):
        bare = said["name"].removesuffix(forms[0]).strip()
        said["name"] = rng.choice([bare, bare.upper(), *(f"{bare} {form}" for form in forms)])
    if " & " in said["name"] and rng.random() < 0.4:
        said["name"] = said["name"].replace(" & ", " and ")
    habit = rng.random()
    if habit < 0.08 and not one.get("branch"):  # moved to other rooms
        said |= {k: v for k, v in place(rng).items() if k != "address.country"}
    elif habit < 0.16 and said["phone"]:  # another extension
        said["phone"] = said["phone"][:-2] + f"{rng.randrange(100):02}"
    elif habit < 0.22 and said["tax_id"]:
        said["tax_id"] = mistyped(rng, said["tax_id"])
    return said


def businesses(rng, firms=500):  # noqa: C901  one line for each trap
    world = World()
    known = []
    offices = [place(rng) for _ in range(5)]  # where many firms have one address
    accountants = [(f"office@{name.lower()}-tax.example", phone(rng, "DE")) for name in OWNERS[:6]]
    for name in CHAINS:
        known += chain(rng, name)
    names = set()
    while len(known) < firms:
        if rng.random() < 0.12:
            known += group(rng)
            continue
        name = named(rng)
        one = firm(rng, name, maybe(rng, 0.08, rng.choice(offices)))
        if name in names:  # two strangers of one name live in two countries
            one = firm(rng, name)
        names.add(name)
        if rng.random() < 0.1:  # who keeps the books takes the post
            one["email"], one["phone"] = rng.choice(accountants)
            one["web"] = None
        known.append(one)
    for thing, one in enumerate(known):
        world.put(thing, one)
        while rng.random() < 0.45:
            world.put(thing, once_more(rng, one))
    for _, words in world.records:
        words.pop("branch", None)
    world.shuffled(rng)
    return world
