"""Settings by RECTOVERSO_* or rectoverso.toml. Options of a command win, then the environment.

Secrets never stand in the file: a file that names one is refused.
"""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from hub.settings import HubSettings
from rectoverso.errors import WrongSettings

FILE = Path("rectoverso.toml")
SECRETS = frozenset({"database_url", "redis_url", "key", "api_key", "alert_webhook", "alert_smtp"})


class Settings(BaseSettings):
    """Everything that one installation may choose."""

    model_config = SettingsConfigDict(
        env_prefix="RECTOVERSO_", frozen=True, extra="forbid", env_ignore_empty=True
    )

    data: Path = Field(
        default=Path("data"), description="Folder of the databases, the key and the logs."
    )
    host: str = Field(default="127.0.0.1", description="Address on which the server listens.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port on which it listens.")
    public_url: str | None = Field(
        default=None,
        description="Address under which people and systems reach the server, when it is another.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL address; without it each house keeps an SQLite file in the folder.",
    )
    redis_url: SecretStr | None = Field(
        default=None, description="Redis address for doorbells; without it they ring in memory."
    )
    key: SecretStr | None = Field(
        default=None,
        description="Base64 of the 32 bytes that seal stored secrets; without it a file holds it.",
    )
    api_key: SecretStr | None = Field(
        default=None, description="API key that commands use towards the server."
    )
    allow: tuple[str, ...] = Field(
        default=(),
        description="Private addresses (ip:port) that connections may call, besides our own.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe log line that is written."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options, then environment, then file."""
        return init_settings, env_settings, _TomlWithoutSecrets(settings_cls, FILE)

    @property
    def url(self) -> str:
        """Address of the server as this machine reaches it."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104  compared
        return f"http://{host}:{self.port}"

    @property
    def address(self) -> str:
        """Address that people are shown and systems are given."""
        return (self.public_url or self.url).rstrip("/")

    def options(self) -> list[str]:
        """Return the options that give a child process these same places."""
        return ["--data", str(self.data), "--host", self.host, "--port", str(self.port)]

    def database(self, house: str) -> str:
        """Return the database address of one house."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data.absolute() / house}.db"

    @classmethod
    def load(cls, **options: object) -> Self:
        """Read the settings; options that are None count as not given.

        Raises WrongSettings with one line per wrong field.
        """
        given: dict[str, Any] = {
            name: value for name, value in options.items() if value is not None
        }
        try:
            return cls(**given)
        except ValidationError as error:
            raise as_wrong(error) from None


def as_wrong(error: ValidationError) -> WrongSettings:
    """Return what is wrong, one line per field, without any value."""
    lines = [f"{_name(item['loc'])}: {item['msg']}" for item in error.errors()]
    return WrongSettings("Settings are wrong. " + "; ".join(lines))


class _TomlWithoutSecrets(TomlConfigSettingsSource):
    """rectoverso.toml, refused as a whole when it holds a secret."""

    def __call__(self) -> dict[str, Any]:
        found = super().__call__()
        if secrets := SECRETS.intersection(found):
            names = ", ".join(sorted(f"RECTOVERSO_{name.upper()}" for name in secrets))
            raise WrongSettings(f"Take the secrets out of {FILE} and set {names} instead.")
        if unknown := found.keys() - {*Settings.model_fields, *HubSettings.model_fields}:
            names = ", ".join(sorted(unknown))
            raise WrongSettings(f"{FILE} names {names}, which is no setting; correct or remove it.")
        return {name: value for name, value in found.items() if name in Settings.model_fields}


def _name(location: tuple[int | str, ...]) -> str:
    return "RECTOVERSO_" + "_".join(str(part) for part in location).upper()
