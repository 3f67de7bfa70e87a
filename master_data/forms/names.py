"""Names of people: given and family name, generation, nicknames."""

from functools import lru_cache

from master_data.forms.text import fold

_TITLES = frozenset(
    "mr mrs ms miss mx dr prof sir dame herr frau hr fr sr sra srta don dona mme mlle m monsieur"
    " madame madam sig signor signora dott ing dipl mag phd md esq rev".split()
)
_DEGREES = frozenset("phd md esq mba".split())
_GENERATIONS = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "jnr": "jr", "snr": "sr"}
_GENERATIONS |= {"ii": "2", "iii": "3", "iv": "4", "2nd": "2", "3rd": "3", "4th": "4"}
_PARTICLES = frozenset(
    "de del della der den di da do dos das du la le van von zu zur ter ten al el bin ben ibn mac"
    " st san saint y e".split()
)
_NICKNAMES = """
robert rob bob bobby robbie bert; william will bill billy willie liam; richard rick dick rich
richie ricky; john jack johnny jon jonny; james jim jimmy jamie; michael mike mick mickey mikey
micky; thomas tom tommy; charles charlie chuck chas; edward ed eddie ted teddy ned; joseph joe
joey; samuel sam sammy; samantha sam; daniel dan danny; david dave davey; benjamin ben benny;
anthony tony antony; andrew andy drew; alexander alex sandy xander sasha; alexandra alex sandra
sandy; christopher chris kit; christine chris chrissy tina; christina chris tina chrissie;
nicholas nick nicky nicolas; nicole nicky nikki; matthew matt matty mathew; peter pete; stephen
steve stevie steven; gregory greg; jeffrey jeff geoff geoffrey; kenneth ken kenny; lawrence larry
laurie lawrie laurence; ronald ron ronnie; donald don donnie; timothy tim timmy; patrick pat paddy;
patricia pat patty trish tricia; francis frank; franklin frank; frederick fred freddie freddy;
george georgie; gerald gerry jerry; harold harry hal; henry harry hank; jacob jake; jonathan jon
jonny jonathon; joshua josh; leonard len lenny leo; nathaniel nathan nate nat; philip phil phillip;
raymond ray; reginald reg; theodore ted theo; vincent vince; walter walt wally; zachary zach zack
zac; elizabeth liz lizzie beth betty eliza lisa bess; katherine kate katie kathy kat catherine cathy
kathryn; margaret maggie meg peggy marge; jennifer jen jenny; jessica jess jessie; rebecca becky
becca bec; deborah debbie deb debra; barbara barb babs; susan sue suzie susie; suzanne sue suzy;
victoria vicky tori vikki; dorothy dot dotty dolly; eleanor ellie nora nell; helen nell nellie;
judith judy; pamela pam; cynthia cindy; amanda mandy; kimberly kim kimberley; abigail abby gail;
angela angie; charlotte lottie charlie; florence flo; gabrielle gabby; isabella bella izzy;
jacqueline jackie; josephine jo josie; madeline maddie maddy; megan meg; melissa mel missy;
natalie nat; olivia liv livvy; penelope penny; rachel rach; sarah sally sadie; stephanie steph;
teresa terry tess theresa; valerie val; veronica ronnie; virginia ginny; francisco paco pancho
fran; jose pepe; manuel manolo; ignacio nacho; enrique quique kike; guadalupe lupe; dolores lola;
giuseppe beppe peppe; giovanni gianni; luigi gigi; johannes hans hannes; josef sepp; friedrich
fritz; heinrich heinz; wilhelm willi; katharina kathi; elisabeth lisa sissi; aleksandr sasha
sanya; dmitri dima; ivan vanya; mikhail misha; nikolai kolya; sergei seryozha; vladimir vova
volodya; yekaterina katya; maria masha; anna anya; natalia natasha; mohammed muhammad mohamed
mohammad mohd md mhd ahmed; abdul abd; louis lou lewis luis; sophia sophie sofia sofie; harriet
harry hattie; oliver ollie olly; archibald archie; alfred alf alfie fred; albert al bert bertie
"""
_KINDRED: dict[str, frozenset[str]] = {}
for _number, _family in enumerate(" ".join(_NICKNAMES.split()).split(";")):
    for _name in _family.split():
        _KINDRED[_name] = _KINDRED.get(_name, frozenset()) | {str(_number)}


def kindred(given: str, other: str) -> bool:
    """Say whether two folded given names are used for the same person: Robert and Bob."""
    families, others = _KINDRED.get(given), _KINDRED.get(other)
    return bool(families and others and families & others)


def is_familiar(given: str) -> bool:
    """Say whether a folded given name has familiar forms, or is one."""
    return given in _KINDRED


@lru_cache(maxsize=8192)
def given_name(text: str) -> str:
    """Return a given name folded, without titles."""
    words = fold(text).split()
    return " ".join([word for word in words if word not in _TITLES] or words)


@lru_cache(maxsize=8192)
def family_name(text: str) -> tuple[str, str]:
    """Return (family name folded, generation or "")."""
    words, generation = _without_generation(fold(text).split())
    return " ".join(words), generation


def split_person(text: str) -> tuple[str, str, str]:
    """Return (given, family, generation) of a whole name: `Berg, Anna` or `Dr Anna van Berg Jr`."""
    head, comma, tail = text.partition(",")
    if comma and (rest := fold(tail)) and rest not in _GENERATIONS:
        family, generation = family_name(head)
        words, later = _without_generation(rest.split())
        return given_name(" ".join(words)), family, generation or later
    words = fold(text).split()
    while len(words) > 2 and words[0] in _TITLES:  # noqa: PLR2004  given and family stay
        del words[0]
    words = [word for place, word in enumerate(words) if not place or word not in _DEGREES]
    words, generation = _without_generation(words)
    cut = len(words) - 1
    while cut > 1 and words[cut - 1] in _PARTICLES:
        cut -= 1
    return " ".join(words[:cut]), " ".join(words[cut:]), generation


def _without_generation(words: list[str]) -> tuple[list[str], str]:
    if len(words) > 1 and words[-1] in _GENERATIONS:
        return words[:-1], _GENERATIONS[words[-1]]
    return words, ""
