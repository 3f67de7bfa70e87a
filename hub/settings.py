"""Settings of the hub: `RECTOVERSO_*` or `rectoverso.toml`; secrets only by environment or file."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

__all__ = ["HubSettings"]


class HubSettings(BaseSettings):
    """How this process of the hub runs. Times are seconds."""

    model_config = SettingsConfigDict(
        env_prefix="RECTOVERSO_",
        toml_file="rectoverso.toml",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    data: Path = Field(Path("data"), description="Folder of the databases and the key file.")
    database_url: str | None = Field(
        None, description="PostgreSQL for all houses; none: one SQLite file per house."
    )
    redis_url: SecretStr | None = Field(
        None, description="Doorbell between machines; none: the embedded broker."
    )
    key: SecretStr | None = Field(
        None, description="Key encryption key, 32 bytes in base64; none: the file hub.key."
    )
    public_url: str = Field(
        "http://127.0.0.1:8000", description="Address at which systems reach the hub."
    )
    poll_every: float = Field(15.0, gt=0, description="Pause between polls of one object type.")
    poll_page: int = Field(200, ge=1, le=1000, description="Changes asked for per page.")
    full_every: float = Field(
        86_400.0, ge=0, description="Pause between complete listings of a feed; 0: never."
    )
    payload_days: int = Field(
        90, ge=0, description="Days for which bodies and values of what ended are kept; 0: always."
    )
    sweep_every: float = Field(1.0, gt=0, le=1.0, description="Pause between looks at due rows.")
    lease: float = Field(
        30.0,
        ge=10,
        description="How long a claim of lanes or writes lasts, one of a poll twice as long. What "
        "a killed process had claimed waits for its end; its last five seconds begin no write.",
    )
    pace: float = Field(0.02, ge=0, description="How long a turn that did little waits.")
    decision_pace: float = Field(
        0.05, ge=0, description="The same for decisions: company makes each of them cheaper."
    )
    delivery_pace: float = Field(
        0.0, ge=0, description="The same for deliveries: they follow the turns that plan them."
    )
    senders: int = Field(2, ge=1, le=16, description="Deliveries at a time in one process.")
    pollers: int = Field(2, ge=1, le=16, description="Polls at a time in one process.")
    delete_fuse: int = Field(
        50, ge=1, description="Deletes of one connection in an hour before a person is asked."
    )
    link_fuse: int = Field(
        25,
        ge=1,
        description="New records of one connection taken for one golden record in an hour before "
        "the connection is parked.",
    )
    probe_every: float = Field(15.0, gt=0, le=15.0, description="Longest pause between probes.")
    alert_oldest: float = Field(
        300.0, gt=0, description="Age of the oldest waiting item from which people are told."
    )
    alert_failing: float = Field(
        60.0, gt=0, description="Time a connection fails until people are told."
    )
    alert_webhook: SecretStr | None = Field(
        None, description="Address that alerts are posted to as JSON."
    )
    alert_smtp: SecretStr | None = Field(
        None, description="Mail server for alerts: smtp://, smtps://, smtp+starttls://."
    )
    alert_from: str = Field("rectoverso@localhost", description="Sender of alerts by e-mail.")
    alert_to: list[str] = Field(
        default_factory=list, description="Receivers of alerts by e-mail, a JSON list."
    )
    max_pending: int = Field(2000, ge=1, description="Notices waiting to be stored before 503.")
    max_pending_bytes: int = Field(
        67_108_864, ge=1, description="Bytes of notices read or waiting to be stored before 503."
    )
    max_backlog: int = Field(
        100_000, ge=1, description="Undecided events of a connection before its notices get 429."
    )
    max_body: int = Field(1_048_576, ge=1, description="Largest notice in bytes.")
    body_seconds: float = Field(30.0, gt=0, description="Longest time a notice may take to come.")

    @property
    def hub_database_url(self) -> str:
        """Return where the hub's tables are."""
        return self.database_url or f"sqlite:///{self.data / 'hub.db'}"

    @property
    def key_file(self) -> Path:
        """Return where the key encryption key lies when no setting gives it."""
        return self.data / "hub.key"

    @property
    def erased_file(self) -> Path:
        """Return where the register of erasures lies: beside the key, not among the copies."""
        return self.data / "hub.erased"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let arguments win over the environment, and that over the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
