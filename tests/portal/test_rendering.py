"""What a page is drawn with keeps what it is given a text."""

from ground.env import SystemClock
from portal.assets import Assets
from portal.i18n import Catalogues
from portal.rendering import Frame, Renderer

HOSTILE = '<img src=x onerror="alert(1)"> 50% off'


def drawn(tmp_path, source, **context):
    (tmp_path / "page.html").write_text(source)
    renderer = Renderer(Assets(), Catalogues())
    renderer.add(tmp_path)
    frame = Frame(None, "", "en", "auto", SystemClock().now(), "/")
    return renderer.page("page.html", context, frame)


def test_a_value_that_is_looked_up_as_a_text_is_no_markup(tmp_path):
    page = drawn(tmp_path, "{{ _(value) }}{{ _('Hello %(name)s', name=value) }}", value=HOSTILE)
    assert "<img" not in page
    assert page.count("50% off") == 2


def test_a_variable_of_a_text_is_no_markup(tmp_path):
    page = drawn(tmp_path, "{% trans name=value %}Hello {{ name }}{% endtrans %}", value=HOSTILE)
    assert "<img" not in page


def test_no_text_at_all_stays_none(tmp_path):
    assert drawn(tmp_path, "[{{ _('') }}]") == "[]"
