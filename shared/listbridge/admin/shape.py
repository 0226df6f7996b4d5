"""The base of all shapes of the API's requests and answers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A model that is built when it is first used: one call uses a handful of a hundred, and building all of them was a
    quarter of the function's cold start."""

    model_config = ConfigDict(defer_build=True)
