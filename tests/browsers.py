"""A browser tab without script: it reads a page's form and sends it as a browser would."""

from html.parser import HTMLParser

import httpx
import pytest

from portal import Role, sign_in

PASSWORD = "a-long-enough-password"
_SILENT = {"script", "style", "dialog", "nav"}


class Tab:
    """One signed-in browser tab; paths are below the server."""

    def __init__(self, port, portal, role):
        email = f"{role}@example.com"
        if email not in {user.email for user in portal.list_users()}:
            portal.create_user(str(role).title(), email, role, PASSWORD)
        token = sign_in.sign_in(portal.env, email, PASSWORD, "127.0.0.1")
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"accept": "text/html", "sec-fetch-site": "same-origin"},
            cookies={"rv_session": token},
        )

    def get(self, path, **query):
        return Page(self.http.get(path, params=query or None))

    def send(self, page, *, button=None, **changes):
        """Send the form of a page with some fields changed; "addresses_0_city" is a field too."""
        fields = dict(page.fields)
        for name, value in changes.items():
            fields[_field(name, fields)] = value
        fields = {name: value for name, value in fields.items() if value is not None}
        if button is not None:
            fields["add"] = button
        return self.post(page.action, fields)

    def post(self, path, fields):
        """Post fields with the token of a page that was just read."""
        token = self.get("/crm/customers" if path.startswith("/crm") else "/erp/customers").token
        return Page(self.http.post(path, data={**fields, "csrf_token": token}))


def _field(name, fields):
    """Return the form's name of a keyword: addresses_0_city -> addresses[0].city."""
    for known in fields:
        if known.replace("[", "_").replace("].", "_").replace(".", "_") == name:
            return known
    return name


class Page:
    """What came back: its text, and the fields of its form as a browser would send them."""

    def __init__(self, response):
        self.status = response.status_code
        self.text = response.text
        self.headers = response.headers
        self.location = response.headers.get("location", "")
        form = _Form()
        form.feed(self.text)
        self.fields, self.action, self.links = form.fields, form.action, form.links
        self.words = " ".join(" ".join(form.words).split())

    @property
    def token(self):
        return self.text.split('name="csrf-token" content="')[1].split('"')[0]

    @property
    def id(self):
        return self.location.rpartition("/")[2]


class _Form(HTMLParser):
    """The form of class "form" in a page; templates and dialogs are no part of it."""

    def __init__(self):
        super().__init__()
        self.fields, self.action, self.links, self.words = {}, "", [], []
        self._inside, self._skipped, self._select, self._area = False, 0, None, None
        self._silent = 0

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self._silent += tag in _SILENT
        self._skipped += tag == "template"
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "form" and given.get("class") == "form":
            self._inside, self.action = True, given["action"]
        if self._inside and not self._skipped:
            self._control(tag, given)

    def _control(self, tag, given):
        name = given.get("name")
        if tag == "select":
            self._select = name
            self.fields.setdefault(name, "")
        elif tag == "option" and "selected" in given:
            self.fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""
        elif tag == "input" and name:
            self._take(name, given)

    def _take(self, name, given):
        kind = given.get("type")
        if kind != "checkbox" and (kind != "radio" or "checked" in given):
            self.fields[name] = given.get("value", "")
        elif kind == "checkbox" and "checked" in given:
            before = self.fields.get(name, [])
            values = before if isinstance(before, list) else [before]
            self.fields[name] = [*values, given["value"]]

    def handle_endtag(self, tag):
        self._silent -= tag in _SILENT
        self._skipped -= tag == "template"
        if tag == "form":
            self._inside = False
        if tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._area is not None:
            self.fields[self._area] += data
        elif not self._silent and not self._skipped:
            self.words.append(data)


@pytest.fixture
def tab_of():
    """tab_of(caller, role) -> a tab of somebody with this role in a running app."""
    tabs = []

    def opened(caller, role=Role.ADMIN):
        tabs.append(Tab(caller.port, caller.portal, role))
        return tabs[-1]

    yield opened
    for tab in tabs:
        tab.http.close()
