"""Sends e-mail by the server that an administrator named in the settings."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

__all__ = ["MailFailed", "send_mail"]

_DEADLINE = 15.0
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class MailFailed(Exception):
    """The message was not handed over."""


def send_mail(url: str, message: EmailMessage) -> None:
    """Hand a message to the server at `smtp://`, `smtps://` or `smtp+starttls://user:pass@host`.

    Raises MailFailed.
    """
    target = urlsplit(url)
    if target.scheme not in _PORTS or not target.hostname:
        raise MailFailed("the address of the mail server must begin with smtp://, smtps:// …")
    port = target.port or _PORTS[target.scheme]
    try:
        with _connected(target.scheme, target.hostname, port) as server:
            if target.username:
                server.login(unquote(target.username), unquote(target.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(type(error).__name__) from error


def _connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    trust = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=_DEADLINE, context=trust)
    server = smtplib.SMTP(host, port, timeout=_DEADLINE)
    if scheme == "smtp+starttls":
        server.starttls(context=trust)
    return server
