"""All free texts of a posting that the public reads, each with its field in the API."""

from __future__ import annotations

from collections.abc import Iterator

from domain.postings.postings import PostingTerms


def list_public_texts(terms: PostingTerms) -> Iterator[tuple[str, str]]:
    """Yield field and text, in the order of the form; empty texts of version 2 are left out."""
    yield "title", terms.title
    yield "duties", terms.duties
    yield "conditions", terms.conditions
    yield "address", terms.address
    for field, text in _list_later_texts(terms):
        if text:
            yield field, text


def _list_later_texts(terms: PostingTerms) -> Iterator[tuple[str, str]]:
    for index, place in enumerate(terms.further_places, start=1):
        yield f"places.{index}.address", place.address
    for index, component in enumerate(terms.pay.components):
        yield f"pay.components.{index}.note", component.note
    for index, shift in enumerate(terms.schedule.shifts):
        yield f"shiftTimes.{index}.name", shift.name
    yield "occupationText", terms.occupation_text
    requirements = terms.requirements
    yield "educationText", requirements.education_text
    yield "experienceText", requirements.experience_text
    for name, items in (("licences", requirements.licences), ("skills", requirements.skills)):
        for index, item in enumerate(items):
            yield f"{name}.{index}.text", item.text
    for index, link in enumerate(terms.media):
        yield f"media.{index}.title", link.title
