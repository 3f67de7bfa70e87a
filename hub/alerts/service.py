"""Looks for troubles and tells people; what could not be told is told at the next look."""

from email.message import EmailMessage

import structlog

from ground import strict_json
from ground.door import DoorError
from ground.mail import MailFailed, send_mail
from hub.alerts import store
from hub.alerts.rules import Alert, Thresholds, must_tell, troubles
from hub.wiring import Hub

__all__ = ["watch"]

_log = structlog.get_logger(__name__)
_OK = range(200, 300)


def watch(hub: Hub) -> bool:
    """Look once; False: nothing more at once."""
    db, settings = hub.db, hub.settings
    at = Thresholds(settings.alert_oldest, settings.alert_failing)
    found = db.read(lambda c: troubles(store.figures(c, db.now(c)), at))
    known = db.read(store.all_alerts)
    if not found and not known:
        return False
    alerts = db.write(lambda c: store.keep(c, found, db.now(c)))
    now = db.read(db.now)
    for each in alerts:
        if must_tell(each, now):
            _tell(hub, each)
    return False


def _tell(hub: Hub, each: Alert) -> None:
    """Tell one alert everywhere; an end that nobody heard the beginning of is not told."""
    worth_telling = not each.over or each.told_at is not None
    if worth_telling and not (_by_webhook(hub, each) and _by_mail(hub, each)):
        return
    level = _log.info if each.over else _log.warning
    level("alert.over" if each.over else "alert.open", alert=each.key, text=each.text)
    if each.over:
        hub.db.write(lambda c: store.forget(c, each.key))
    else:
        hub.db.write(lambda c: store.told(c, each.key, hub.db.now(c)))


def _by_webhook(hub: Hub, each: Alert) -> bool:
    if hub.settings.alert_webhook is None:
        return True
    document = {
        "alert": each.key,
        "text": each.text,
        "state": "over" if each.over else "open",
        "since": each.opened_at.isoformat(),
        "hub": hub.settings.public_url,
    }
    try:
        answer = hub.env.http.request(
            "POST",
            hub.settings.alert_webhook.get_secret_value(),
            headers={"content-type": "application/json"},
            body=strict_json.dumps(document),
            deadline=10.0,
        )
    except DoorError as error:
        _log.warning("alert.not_told", alert=each.key, by="webhook", error=type(error).__name__)
        return False
    return answer.status in _OK


def _by_mail(hub: Hub, each: Alert) -> bool:
    server, to = hub.settings.alert_smtp, hub.settings.alert_to
    if server is None or not to:
        return True
    message = EmailMessage()
    message["Subject"] = f"Rectoverso: {'over: ' if each.over else ''}{each.text}"[:200]
    message["From"] = hub.settings.alert_from
    message["To"] = ", ".join(to)
    message.set_content(
        f"{each.text}\n\nsince {each.opened_at:%Y-%m-%d %H:%M} UTC\n{hub.settings.public_url}/hub\n"
    )
    try:
        send_mail(server.get_secret_value(), message)
    except MailFailed as error:
        _log.warning("alert.not_told", alert=each.key, by="mail", error=str(error))
        return False
    return True
