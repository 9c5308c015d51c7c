"""What the program knows of law, for programs: request types with their schemas."""

from typing import Any, Final

from rogatory_node.api.context import Problem
from rogatory_node.api.v1.endpoint import Answer, Call, Endpoint, Model
from rogatory_node.casework.types import catalogue
from rogatory_node.casework.types.speaking import spoken
from rogatory_node.i18n import later, translate


class Article(Model):
    """Where a treaty has it; ``checked``: compared with the text of the instrument."""

    instrument: str
    article: str
    source: str
    checked: bool


class TypeShort(Model):
    """A type of request, in short."""

    code: str
    version: int
    title: str
    group: str
    coercive: bool
    duty_officer_alone: bool


class Types(Model):
    """All types, in the order in which people are shown them."""

    types: list[TypeShort]


class TypeWhole(Model):
    """A type of request, with the JSON Schema of a request that has this one measure, in the caller's language."""

    code: str
    version: int
    versions: list[int]
    title: str
    hint: str
    group: str
    data_category: str | None
    coercive: bool
    dual_criminality: str
    duty_officer_alone: bool
    outcomes: list[str]
    clocks: list[str]
    articles: list[Article]
    request_schema: dict[str, Any]
    example: dict[str, Any]


class Version(Model):
    """Which version of a type; the newest when none is named."""

    version: int | None = None


async def types(call: Call) -> Types:
    """List the types."""
    return Types(types=[_short(each, call.language) for each in catalogue.types()])


async def type_(call: Call) -> Answer:
    """Describe one type."""
    code = call.path["code"]
    found = catalogue.type_of(code, call.query.version)
    if isinstance(found, catalogue.Unknown):
        raise Problem(404, "type-unknown", later("There is no such type or version."))
    described = catalogue.schema(code, call.query.version)
    assert isinstance(described, dict)
    return Answer(
        value=TypeWhole(
            code=found.code,
            version=found.version,
            versions=list(found.versions),
            title=translate(found.title, call.language),
            hint=translate(found.hint, call.language) if found.hint else "",
            group=translate(catalogue.GROUPS[found.group], call.language),
            data_category=found.data_category,
            coercive=found.coercive,
            dual_criminality=found.dual_criminality,
            duty_officer_alone=found.duty_officer_alone,
            outcomes=list(found.outcomes),
            clocks=list(found.clocks),
            articles=[
                Article(instrument=each.instrument, article=each.article, source=each.source, checked=each.checked)
                for each in found.articles
            ],
            request_schema=spoken(described, call.language),
            example=catalogue.example(code),
        )
    )


def _short(kind: catalogue.RequestType, language: str) -> TypeShort:
    return TypeShort(
        code=kind.code,
        version=kind.version,
        title=translate(kind.title, language),
        group=translate(catalogue.GROUPS[kind.group], language),
        coercive=kind.coercive,
        duty_officer_alone=kind.duty_officer_alone,
    )


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/types",
        name="listTypes",
        action=None,
        summary="List the types of request.",
        handler=types,
        answer=Types,
    ),
    Endpoint(
        method="GET",
        path="/types/{code}",
        name="getType",
        action=None,
        summary="Describe a type of request, with its JSON Schema.",
        handler=type_,
        query=Version,
        answer=TypeWhole,
        problems={"type-unknown": 404},
    ),
)
