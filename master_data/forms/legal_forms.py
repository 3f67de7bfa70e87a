"""Legal forms of companies: what says how a company is founded, not which one it is."""

from master_data.forms.text import fold

_FAMILIES = {
    "limited": "ltd limited pvt private pty proprietary prop ltda lda limitada llc lc",
    "gmbh": "gmbh mbh gesmbh ggmbh ug",
    "stock": "ag sa spa plc inc incorporated corp corporation nv ab as asa oyj tbk pjsc pao oao zao"
    " ao kk aktiengesellschaft sab sapi anonima anonyme anonim bhd berhad",
    "private": "sl slu srl sarl sas sasu bv bvba aps oy ooo doo dooel kft sro spzoo oü ou uab sia"
    " eood ood sagl sociedad societe societa sdn gk yk zrt nyrt",
    "partnership": "kg kgaa ohg gbr llp lp snc scs cv vof hb kb ky ans da cb gp",
    "trader": "ek ekfr eireli ei eirl ip chp fop ud pt tov at",
    "body": "ev eg scoop coop cooperative scrl sccl gie stiftung",
    "word": "co company cie cia compagnie compania companhia",
}
LEGAL_WORDS = {word: family for family, words in _FAMILIES.items() for word in words.split()}
LEADING_ONLY = frozenset({"pt", "cv", "ud", "ao", "ip", "ooo", "oao", "zao", "pao", "tov", "at"})
_ENDS_ONLY = LEADING_ONLY | frozenset({"as", "da", "ei", "cb", "ans", "lc", "gp", "ab", "gk"})
"""Short words that are a legal form at the end of a name only; those of LEADING_ONLY also first."""

OF_A_GROUP = frozenset(
    "beteiligung beteiligungs beteiligungen capital estate finance foundation fund group grupo"
    " groupe gruppe gruppo grupa holding holdings immobilien immobiliare immobiliere inmobiliaria"
    " international invest investment investments partners properties realty stiftung trust"
    " ventures verwaltung verwaltungs".split()
)
"""Words by which a holding or a sister firm is called beside the name of the group."""

_SPELLED = (
    ("sp z o o", "spzoo"),
    ("spolka z ograniczona odpowiedzialnoscia", "spzoo"),
    ("gesellschaft mit beschrankter haftung", "gmbh"),
    ("gesellschaft mbh", "gmbh"),
    ("ges m b h", "gmbh"),
    ("limited liability company", "llc"),
    ("public limited company", "plc"),
    ("private limited", "limited"),
    ("sociedad de responsabilidad limitada", "srl"),
    ("sociedad limitada unipersonal", "slu"),
    ("sociedad limitada", "sl"),
    ("sociedad anonima", "sa"),
    ("societe anonyme", "sa"),
    ("societe a responsabilite limitee", "sarl"),
    ("societa a responsabilita limitata", "srl"),
    ("societa per azioni", "spa"),
    ("besloten vennootschap", "bv"),
    ("naamloze vennootschap", "nv"),
    ("obshchestvo s ogranichennoy otvetstvennostyu", "ooo"),
    ("aktsionernoe obshchestvo", "ao"),
    ("kabushiki kaisha", "kk"),
    ("perseroan terbatas", "pt"),
    ("sdn bhd", "sdn"),
)
_WRITTEN = {
    "aktiengesellschaft": "ag",
    "berhad": "bhd",
    "cia": "co",
    "compagnie": "co",
    "companhia": "co",
    "compania": "co",
    "company": "co",
    "corporation": "corp",
    "incorporated": "inc",
    "limitada": "ltda",
    "limited": "ltd",
    "private": "pvt",
    "proprietary": "pty",
}
"""Words that mean the very same legal form -> the one spelling of it."""
_RARE = frozenset({"sll", "slne", "pllc"})
"""Legal forms too rare to count in matching."""


def join_letters(words: list[str]) -> list[str]:
    """Join single letters that stand side by side: `s a` is `sa`, `g m b h` is `gmbh`."""
    joined: list[str] = []
    open_run = False
    for word in words:
        single = len(word) == 1 and word.isalpha()
        if single and open_run:
            joined[-1] += word
        else:
            joined.append(word)
        open_run = single
    return joined


def split_legal_form(folded: str) -> tuple[tuple[str, ...], str]:
    """Return (words that name the company, family of its legal form or "")."""
    words = join_letters(_shortened(folded).split())
    forms = [LEGAL_WORDS[word] for word in words if word in LEGAL_WORDS]
    kept = [word for word in words if word not in LEGAL_WORDS or word in _ENDS_ONLY]
    while len(kept) > 1 and (kept[-1] in LEGAL_WORDS or kept[-1] == "and"):
        kept.pop()
    while len(kept) > 1 and kept[0] in LEADING_ONLY:
        kept.pop(0)
    said = [family for family in forms if family != "word"]
    return tuple(kept or words), said[-1] if said else ""


def part_legal_forms(folded: str) -> tuple[str, frozenset[str]]:
    """Return (name, its legal forms in one spelling each): `s l`, `sociedad limitada` are sl.

    The folded name may be in its own script. Unlike families, forms differ if their words do.
    """
    words = [_WRITTEN.get(word, word) for word in join_letters(_shortened(folded).split())]
    forms = set()
    while len(words) > 1 and _is_form(fold(words[-1])):
        forms.add(words.pop())
    while len(words) > 1 and fold(words[0]) in LEADING_ONLY:
        forms.add(words.pop(0))
    return " ".join(words), frozenset(forms)


def _is_form(word: str) -> bool:
    return word in _RARE or LEGAL_WORDS.get(word, "word") != "word"


def _shortened(folded: str) -> str:
    """Return a folded name with legal forms that are written out in their short form."""
    text = f" {folded} "
    for spelled, short in _SPELLED:
        if f" {spelled} " in text:
            text = text.replace(f" {spelled} ", f" {short} ")
    return text
