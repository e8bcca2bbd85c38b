"""[ils] of shuren.toml: which circulation system lends, and how it is reached."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_STRICT = ConfigDict(extra="forbid")


# fmt: off
class IlsSettings(BaseModel):
    """[ils]"""

    model_config = _STRICT

    adapter: Literal["own"] = Field("own", description="Which circulation system lends: own, ours.")
# fmt: on
