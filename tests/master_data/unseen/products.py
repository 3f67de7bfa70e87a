"""Things of several shops: sizes, colours, generations, accessories, used ones, short titles."""

from tests.master_data.unseen.traps import World, maybe, mistyped

SHOPS = ("a", "b")
PHONES = [("Apple", "iPhone", (11, 12, 13, 14, 15), ("", " Pro", " Pro Max", " mini")),
          ("Samsung", "Galaxy S", (20, 21, 22, 23, 24), ("", " Ultra", "+", " FE")),
          ("Google", "Pixel ", (6, 7, 8, 9), ("", " Pro", "a")),
          ("Xiaomi", "Redmi Note ", (10, 11, 12, 13), ("", " Pro", " Pro+"))]  # fmt: skip
TOOLS = [("Bosch", "Cordless Drill", "GSR {}V-{}", "12 18", "15 28 55 60"),
         ("Makita", "Angle Grinder", "GA{}0{}", "45 50 90", "30 34 40"),
         ("DeWalt", "Circular Saw", "DCS{}{}", "36 39 57", "0 1 5"),
         ("Canon", "Toner Cartridge", "CRG-{}{}", "05 06 71", "4 5 7"),
         ("HP", "Ink Cartridge", "{}{}XL", "30 35 90", "1 2 3 4")]  # fmt: skip
FOODS = [
    ("Lavazza", "Espresso Coffee Beans", "250 g;500 g;1 kg"),
    ("Nivea", "Body Lotion", "250 ml;400 ml"),
    ("Heinz", "Tomato Ketchup", "342 g;570 g;1 kg"),
    ("Barilla", "Spaghetti No. 5", "500 g;1 kg"),
    ("Persil", "Liquid Detergent", "1.5 l;3 l"),
    ("Coca-Cola", "Zero Sugar", "330 ml;500 ml;1.5 l"),
    ("Ariel", "Washing Powder", "2.6 kg;5.2 kg"),
    ("Evian", "Mineral Water", "500 ml;1.5 l"),
    ("Dove", "Shower Gel", "225 ml;450 ml"),
    ("Kikkoman", "Soy Sauce", "150 ml;1 l"),
]
CLOTHES = [("Levi's", "501 Original Jeans", "30 32 34 36"), ("Adidas", "Stan Smith", "41 42 43 44"),
           ("Nike", "Air Force 1", "40 41 42 43"), ("Vans", "Old Skool", "39 40 41")]  # fmt: skip
COLOURS = ["Black", "White", "Blue", "Red", "Green"]
ELSEWHERE = {"250 g": "250g", "500 g": "0.5 kg", "1 kg": "1000 g", "500 ml": "0.5 l",
             "1.5 l": "1500 ml", "330 ml": "33 cl", "400 ml": "400ml", "1 l": "1000ml"}  # fmt: skip


def phones(rng):
    for brand, line, numbers, kinds in PHONES:
        for number in numbers:
            for kind in kinds:
                for size in ("128", "256"):
                    colour = rng.choice(COLOURS)
                    yield {
                        "brand": brand,
                        "core": f"{line}{' ' if line[-1] == 'e' else ''}{number}{kind}",
                        "tail": f"{size}GB {colour}", "price": 300 + number * 15 + len(kind) * 60,
                        "other_tail": f"{size} GB - {colour.lower()}",
                    }  # fmt: skip
            for what, cost in (("Case for", 15), ("Screen Protector for", 9)):
                yield {"brand": rng.choice(["Spigen", "OtterBox", "ESR"]), "price": cost,
                       "core": f"{what} {brand} {line}{' ' if line[-1] == 'e' else ''}{number}",
                       "tail": rng.choice(COLOURS)}  # fmt: skip


def tools(rng):
    for brand, what, pattern, firsts, seconds in TOOLS:
        for first in firsts.split():
            for second in seconds.split():
                yield {"brand": brand, "core": f"{what} {pattern.format(first, second)}",
                       "turned": f"{pattern.format(first, second)} {what}",
                       "price": rng.randrange(20, 300)}  # fmt: skip


def foods(rng):
    for brand, what, sizes in FOODS:
        for size in sizes.split(";"):
            cost = rng.randrange(2, 12)
            yield {"brand": brand, "core": what, "tail": size, "price": cost,
                   "other_tail": ELSEWHERE.get(size, size.replace(" ", ""))}  # fmt: skip
            if rng.random() < 0.5:
                yield {"brand": brand, "core": what, "tail": f"{size} pack of 6", "price": cost * 5,
                       "other_tail": f"6 x {size}"}  # fmt: skip


def clothes(rng):
    for brand, what, sizes in CLOTHES:
        for colour in rng.sample(COLOURS, 3):
            for size in sizes.split():
                yield {"brand": brand, "core": what, "tail": f"{colour} size {size}",
                       "other_tail": f"{colour.lower()}, Size {size}", "price": 79}  # fmt: skip


def in_shop(rng, one, number):
    """Return a thing as a shop lists it; the second one has its own habits."""
    core = one.get("turned", one["core"]) if number and rng.random() < 0.5 else one["core"]
    tail = one.get("other_tail", one.get("tail", "")) if number else one.get("tail", "")
    brand = one["brand"] if not number or rng.random() < 0.7 else ""
    title = f"{brand} {core} {tail}".strip()
    if rng.random() < 0.04:
        title = mistyped(rng, title)
    if number and rng.random() < 0.3:
        title += rng.choice([" - NEW", " (Free Shipping)", ", boxed", " | Official"])
    cost = one["price"] * (1 + rng.uniform(-0.12, 0.12) * number)
    return {"name": title, "price": maybe(rng, 0.85, f"{cost:.2f}"), "shop": number}


def products(rng):
    world = World()
    ranges = [*phones(rng), *tools(rng), *foods(rng), *clothes(rng)]
    for thing, one in enumerate(ranges):
        where = rng.random()
        if where < 0.8:
            world.put(thing, in_shop(rng, one, 0))
        if where > 0.2:
            world.put(thing, in_shop(rng, one, 1))
        if rng.random() < 0.03:  # a used one is another thing
            used = one | {"core": f"Refurbished {one['core']}", "price": one["price"] * 0.6}
            world.put(f"used {thing}", in_shop(rng, used, rng.randrange(2)))
    world.shuffled(rng)
    return world
