"""People: households, twins, fathers and sons of one name, shared mailboxes, maiden names."""

from datetime import date, timedelta

from tests.master_data.unseen.traps import World, frequent, maybe, mistyped

WOMEN = [
    "Maria",
    "Anna",
    "Sarah",
    "Laura",
    "Emma",
    "Julia",
    "Sophie",
    "Elena",
    "Katherine",
    "Elizabeth",
    "Margaret",
    "Jennifer",
    "Patricia",
    "Susan",
    "Carmen",
    "Lucia",
    "Marta",
    "Claire",
    "Camille",
    "Giulia",
    "Francesca",
    "Agnieszka",
    "Katarzyna",
    "Olga",
    "Irina",
    "Fatima",
    "Aisha",
    "Mei",
    "Yuki",
    "Ingrid",
    "Astrid",
    "Freya",
    "Charlotte",
    "Amelia",
    "Victoria",
    "Rebecca",
    "Christina",
    "Alexandra",
]
MEN = [
    "Michael",
    "Thomas",
    "David",
    "James",
    "John",
    "Robert",
    "William",
    "Peter",
    "Daniel",
    "Andrew",
    "Jose",
    "Antonio",
    "Francisco",
    "Manuel",
    "Pierre",
    "Jean",
    "Luca",
    "Marco",
    "Giovanni",
    "Piotr",
    "Andrzej",
    "Tomasz",
    "Ivan",
    "Dmitri",
    "Sergei",
    "Mohammed",
    "Ahmed",
    "Wei",
    "Hiroshi",
    "Lars",
    "Erik",
    "Nils",
    "Benjamin",
    "Samuel",
    "Alexander",
    "Christopher",
    "Matthew",
    "Edward",
    "Richard",
]
SHORT = {
    "Katherine": "Kate", "Elizabeth": "Liz", "Margaret": "Maggie", "Jennifer": "Jenny",
    "Patricia": "Pat", "Susan": "Sue", "Victoria": "Vicky", "Rebecca": "Becky",
    "Christina": "Tina", "Alexandra": "Sandra", "Michael": "Mike", "Thomas": "Tom",
    "David": "Dave", "James": "Jim", "Robert": "Bob", "William": "Bill", "Daniel": "Dan",
    "Andrew": "Andy", "Jose": "Pepe", "Francisco": "Paco", "Giovanni": "Gianni",
    "Benjamin": "Ben", "Samuel": "Sam", "Alexander": "Alex", "Christopher": "Chris",
    "Matthew": "Matt", "Edward": "Ted", "Richard": "Dick", "Mohammed": "Muhammad",
    "Ivan": "Vanya", "Dmitri": "Dima",
}  # fmt: skip
FAMILIES = [
    "Smith",
    "Jones",
    "Müller",
    "García",
    "Brown",
    "Martin",
    "Rossi",
    "Nowak",
    "Schmidt",
    "Taylor",
    "Davies",
    "Bernard",
    "Fernández",
    "Kowalski",
    "Ivanov",
    "Wilson",
    "Evans",
    "Weber",
    "Dubois",
    "López",
    "Ferrari",
    "Wójcik",
    "Petrov",
    "Thompson",
    "Wagner",
    "Roberts",
    "Moreau",
    "Russo",
    "Becker",
    "Walker",
    "Sánchez",
    "Laurent",
    "Kamiński",
    "Hughes",
    "Hoffmann",
    "Ramírez",
    "Bianchi",
    "Lefebvre",
    "Lewandowski",
    "Volkov",
    "Edwards",
    "Schäfer",
    "Torres",
    "Romano",
    "Girard",
    "Zieliński",
    "Turner",
    "Koch",
    "Navarro",
    "Conti",
    "Fontaine",
    "Szymański",
    "Phillips",
    "Bauer",
    "Ortega",
    "Marino",
    "Mercier",
    "Dąbrowski",
    "Cooper",
    "Richter",
    "Castillo",
    "Greco",
    "Blanchard",
    "Kozłowski",
    "Morgan",
    "Klein",
    "Rubio",
    "Gallo",
    "Chevalier",
    "Jankowski",
    "Bailey",
    "Wolf",
    "Molina",
    "Lombardi",
    "O'Brien",
    "MacDonald",
    "Andersson",
    "Johansson",
    "Nielsen",
    "Hansen",
    "Papadopoulos",
    "Nguyen",
    "Tanaka",
    "Sato",
    "Chen",
    "Ashworth",
    "Featherstone",
    "Hollingworth",
    "Oberhauser",
    "Zimmermann",
    "Quintanilla",
    "Etxeberria",
    "Vandenberghe",
    "Przybylski",
    "Szczepański",
    "Grzelak",
    "Montgomery",
    "Abernathy",
    "Wetherby",
    "Kirchgassner",
    "Delacroix",
    "Beauchamp",
]
CYRILLIC = {
    "Ivan": "Иван", "Dmitri": "Дмитрий", "Sergei": "Сергей", "Olga": "Ольга", "Irina": "Ирина",
    "Elena": "Елена", "Anna": "Анна", "Maria": "Мария", "Ivanov": "Иванов", "Petrov": "Петров",
    "Volkov": "Волков",
}  # fmt: skip
TOWNS = [("Leeds", "LS{} {}QP", "GB"), ("Madrid", "280{:02}", "ES"), ("Köln", "506{:02}", "DE"),
         ("Kraków", "30-0{:02}", "PL"), ("Lyon", "6900{}", "FR"), ("Torino", "101{:02}", "IT"),
         ("Bristol", "BS{} {}AB", "GB"), ("Valencia", "460{:02}", "ES"), ("Ulm", "890{:02}", "DE"),
         ("Springfield", "627{:02}", "US"), ("Salem", "973{:02}", "US")]  # fmt: skip
STREETS = [
    "High Street",
    "Station Road",
    "Church Lane",
    "Calle Mayor",
    "Calle de Alcalá",
    "Hauptstraße",
    "Gartenstraße",
    "Bahnhofstr.",
    "ul. Polna",
    "ul. Długa",
    "Rue de la Paix",
    "Avenue Victor Hugo",
    "Via Roma",
    "Corso Italia",
    "Mill Lane",
    "Park Avenue",
    "Oak Drive",
    "Maple Street",
    "King's Road",
    "Queen Street",
    "Plaza de España",
    "Lindenweg",
    "Schillerstraße",
    "ul. Ogrodowa",
    "Rue du Moulin",
    "Via Garibaldi",
    "Elm Street",
    "Washington Avenue",
]
MAIL = ("gmail.com", "outlook.com", "yahoo.com", "gmx.de", "wp.pl", "orange.fr", "proton.me")
DIAL = {"GB": "+44 7{:09}", "ES": "+34 6{:08}", "DE": "+49 151{:08}", "PL": "+48 6{:08}",
        "FR": "+33 6{:08}", "IT": "+39 3{:09}", "US": "+1 217{:07}"}  # fmt: skip


def home(rng):
    town, code, country = rng.choice(TOWNS)
    return {
        "address.street": f"{rng.choice(STREETS)} {rng.randrange(1, 140)}",
        "address.city": town,
        "address.postal_code": code.format(rng.randrange(1, 9), rng.randrange(1, 9)),
        "address.country": country,
    }


def phone(rng, country):
    template = DIAL[country]
    digits = int(template[template.index(":") + 2])
    return template.format(rng.randrange(10**digits))


def person(rng, house, woman=None, family=None, born=None):
    woman = rng.random() < 0.5 if woman is None else woman
    given = frequent(rng, WOMEN if woman else MEN)
    family = family or frequent(rng, FAMILIES)
    born = born or date(1940, 1, 1) + timedelta(days=rng.randrange(365 * 64))
    user = rng.choice(["{0}.{1}", "{0}{1}", "{0}.{1}{2}"]).format(
        given.lower(), "".join(c for c in family.lower() if c.isascii() and c.isalpha()), born.year
    )
    return house | {
        "given_name": given,
        "family_name": family,
        "birth_date": born.isoformat(),
        "email": f"{user}@{rng.choice(MAIL)}",
        "phone": phone(rng, house["address.country"]),
    }


def household(rng):  # noqa: C901  one line for each kind
    """Yield the people of one house."""
    house = home(rng)
    first = person(rng, house)
    kind = rng.random()
    if kind < 0.35:
        return [first]
    family = first["family_name"]
    year = int(first["birth_date"][:4])
    near = date(year, 1, 1) + timedelta(days=rng.randrange(-1500, 1500))
    second = person(rng, house, woman=first["given_name"] in MEN, family=family, born=near)
    if rng.random() < 0.5:  # one telephone for the house
        second["phone"] = first["phone"]
    if rng.random() < 0.25:  # and one mailbox
        second["email"] = first["email"]
    if kind < 0.6 or year > 1984:
        return [first, second]
    born = date(year + rng.randrange(22, 36), 1, 1) + timedelta(days=rng.randrange(365))
    child = person(rng, house, family=family, born=born)
    if rng.random() < 0.4:
        child["phone"] = first["phone"]
    if kind < 0.7:  # twins, some of names that sound alike
        twin = person(rng, house, family=family, born=born)
        twin |= {"phone": child["phone"]}
        if twin["given_name"][:3] == child["given_name"][:3]:
            twin["given_name"] = "Felix"
        if rng.random() < 0.3:
            child["given_name"], twin["given_name"] = rng.choice(
                [("Julia", "Julian"), ("Maria", "Marta"), ("Jan", "Jana"), ("Anna", "Hanna")]
            )
        return [first, second, child, twin]
    if kind < 0.78:  # called after father or mother
        child["given_name"] = first["given_name"]
        if rng.random() < 0.5:
            first, child = first | {"generation": "Sr"}, child | {"generation": "Jr"}
    return [first, second, child]


def once_more(rng, someone):  # noqa: C901, PLR0912  one line for each habit
    """Return a person as another system has them."""
    said = dict(someone)
    for name, lost in (("email", 0.3), ("phone", 0.3), ("birth_date", 0.3), ("generation", 0.3),
                       ("address.street", 0.15), ("address.postal_code", 0.15)):  # fmt: skip
        said[name] = maybe(rng, 1 - lost, said.get(name))
    for name in ("given_name", "family_name", "address.street", "email", "address.city"):
        if said.get(name) and rng.random() < 0.08:
            said[name] = mistyped(rng, said[name])
    habit = rng.random()
    if habit < 0.12:
        said["given_name"] = SHORT.get(someone["given_name"], said["given_name"])
    elif habit < 0.16:
        said["given_name"], said["family_name"] = said["family_name"], said["given_name"]
    elif habit < 0.22:  # moved house
        said |= {k: v for k, v in home(rng).items() if k != "address.country"}
    elif habit < 0.26 and someone["given_name"] in WOMEN:  # her name before the wedding
        said["family_name"] = frequent(rng, FAMILIES)
    elif habit < 0.3:
        said["given_name"] = said["given_name"][0] + "."
    elif habit < 0.36:
        said["given_name"] += " " + frequent(rng, WOMEN if someone["given_name"] in WOMEN else MEN)
    elif habit < 0.42:
        for name in ("given_name", "family_name"):
            said[name] = CYRILLIC.get(someone[name], said[name])
    if said["birth_date"] and rng.random() < 0.06:
        year, month, day = said["birth_date"].split("-")
        said["birth_date"] = f"{year}-{day}-{month}" if int(day) < 13 else f"{year}-{month}-01"
    if said["phone"] and rng.random() < 0.4:  # as one writes it at home
        said["phone"] = "0" + said["phone"].split(" ", 1)[1]
    return said


def people(rng, houses=400):
    world = World()
    thing = 0
    owners = {}
    for number in range(houses):
        for someone in household(rng):
            thing += 1
            if owners.setdefault(someone["email"], number) != number:  # a stranger has that one
                user, _, domain = someone["email"].partition("@")
                someone["email"] = f"{user}{thing}@{domain}"
            world.put(thing, someone)
            while rng.random() < 0.45:
                world.put(thing, once_more(rng, someone))
    world.shuffled(rng)
    return world
