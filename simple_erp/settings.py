"""Settings of an ERP that runs alone; inside Rectoverso the composition root has its own."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ErpSettings(BaseSettings):
    """Where an ERP keeps its records and to which names it answers."""

    model_config = SettingsConfigDict(
        env_prefix="SIMPLE_ERP_", frozen=True, extra="forbid", env_ignore_empty=True
    )

    data: Path = Field(default=Path("erp-data"), description="Folder of the databases.")
    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL address; without it SQLite files in the folder."
    )
    hosts: tuple[str, ...] = Field(
        default=("127.0.0.1", "localhost", "::1"), description="Host names it answers to."
    )
    allow: tuple[str, ...] = Field(
        default=(), description="Private addresses (ip:port) that notices may go to."
    )

    def database(self, house: str) -> str:
        """Return the address of one database."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data.absolute() / house}.db"
