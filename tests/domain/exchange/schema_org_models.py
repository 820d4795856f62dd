"""Validates structured data with the models that ``schema-org-py`` made from the vocabulary.

Each object is built as the model of its ``@type``, which knows the properties of the type and the
types of their values, and refuses all others.
"""

from __future__ import annotations

from typing import Any

from schema_org import registry


def build_model(data: Any) -> Any:
    """Return the model of structured data, with all nested objects as models.

    :raises pydantic.ValidationError: a property is unknown, or its value has a wrong type.
    """
    if isinstance(data, list):
        return [build_model(item) for item in data]
    if not isinstance(data, dict):
        return data
    values = {name: build_model(value) for name, value in data.items() if not name.startswith("@")}
    # Dates are texts in JSON, and Python objects in strict models.
    return registry.get_model(data["@type"]).model_validate(values, strict=False)
