"""Looks for troubles and tells people; what could not be told is told at the next look."""

from datetime import datetime
from email.message import EmailMessage

import structlog

from ground import strict_json
from ground.door import DoorError
from ground.mail import MailFailed, send_mail
from hub.alerts import store
from hub.alerts.rules import Alert, Thresholds, roads_to_tell, troubles
from hub.wiring import Hub

__all__ = ["watch"]

_log = structlog.get_logger(__name__)
_OK = range(200, 300)


def watch(hub: Hub) -> bool:
    """Look once; False: nothing more at once."""
    db, settings = hub.db, hub.settings
    at = Thresholds(settings.alert_oldest, settings.alert_failing)
    seen = db.read(lambda c: store.figures(c, db.now(c)))
    found, known = troubles(seen, at), db.read(store.all_alerts)
    if not found and not known:
        return False
    lasting = {f"failing:{name}" for name in seen.lately}
    alerts = db.write(lambda c: store.keep(c, found, lasting, db.now(c)))
    now = db.read(db.now)
    for each in alerts:
        _tell(hub, each, now)
    return False


def _tell(hub: Hub, each: Alert, now: datetime) -> None:
    """Tell one alert by every road that is still to be taken; one that fails is taken again."""
    roads = {"webhook": _by_webhook, "mail": _by_mail, "log": _by_log}
    wanted = ["log"]
    if hub.settings.alert_webhook is not None:
        wanted.append("webhook")
    if hub.settings.alert_smtp is not None and hub.settings.alert_to:
        wanted.append("mail")
    due = roads_to_tell(each, wanted, now)
    told = [road for road in due if roads[road](hub, each)]
    if each.over and told == due:
        hub.db.write(lambda c: store.forget(c, each.key))
    elif told:
        heard = sorted({*(each.told_by or ()), *told})
        hub.db.write(lambda c: store.told(c, each.key, heard, hub.db.now(c)))


def _by_log(_hub: Hub, each: Alert) -> bool:
    level = _log.info if each.over else _log.warning
    level("alert.over" if each.over else "alert.open", alert=each.key, text=each.text)
    return True


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
