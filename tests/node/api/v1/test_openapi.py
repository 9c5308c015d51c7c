"""The description: valid, complete, and true: a program that believes it is never surprised."""

from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from aiohttp import ClientSession
from schemathesis.specs.openapi.checks import positive_data_acceptance

from rogatory_node.api.v1.openapi import SHARED
from rogatory_node.api.v1.table import TABLE, description
from rogatory_node.casework.roles import Role

# One program's view of one refusal or answer: drawn requests are sent over a real socket.
CASES = 4
# A path for each operation that needs one.
EXAMPLES = {
    "getType": "/types/data.preserve",
    "findLaw": "/law/find?requesting=XA&requested=XB&type=data.preserve",
    "getInstrument": "/law/instruments/BC",
    "getMemberships": "/law/states/XA",
    "getStatistics": "/statistics?begin=0&end=34359738368",
    "getAuthority": "/authorities/xa.central",
}


def test_every_endpoint_is_described_once() -> None:
    told = description()
    operations = [each["operationId"] for path in told["paths"].values() for each in path.values()]
    assert sorted(operations) == sorted({endpoint.name for endpoint in TABLE})
    assert told["openapi"].startswith("3.1")
    for path in told["paths"].values():
        for operation in path.values():
            assert {str(status) for status in SHARED} <= operation["responses"].keys()


async def test_the_description_needs_no_token(base: str) -> None:
    async with ClientSession() as session, session.get(f"{base}/openapi.json") as reply:
        assert await reply.json() == description()


# What changes something, or shows what must be there first, is held to the description by the drawn requests below.
READING = [each for each in TABLE if each.method == "GET" and ("{" not in each.path or each.name in EXAMPLES)]


@pytest.mark.parametrize("endpoint", READING, ids=lambda endpoint: endpoint.name)
async def test_answers_are_as_they_are_described(endpoint: Any, call: Any) -> None:
    path = EXAMPLES.get(endpoint.name, endpoint.path)
    status, answer = await call(endpoint.method, path)
    schema = description()["paths"][f"/api/v1{endpoint.path}"][endpoint.method.lower()]["responses"][str(status)]
    whole = schema["content"]["application/json"]["schema"] | {"components": description()["components"]}
    assert jsonschema_rs.is_valid(whole, answer)


def refused_by_rule(reply: Any) -> bool:
    """Tell whether a body of the right form was refused by a rule that no schema says, or for a whole number as 1.0."""
    if reply.status_code != 422:
        return False
    problem = reply.json()
    known = {code for endpoint in TABLE for code in endpoint.problems}
    return problem["code"] in known or "got `float`" in str(problem.get("args"))


async def test_drawn_requests_find_nothing(base: str, call: Any, hire: Any) -> None:
    """What a machine draws from the description is answered as described, and never with 5xx."""
    import asyncio

    _, words = await hire(Role.REGISTRAR)
    schema = schemathesis.openapi.from_dict(description())

    def drawn() -> None:
        from hypothesis import HealthCheck, given, settings

        for operation in schema.get_all_operations():
            strategy = operation.ok().as_strategy()

            @settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
            @given(case=strategy)
            def one(case: Any) -> None:
                if case.query:
                    case.query.pop("wait", None)  # it would be waited for
                reply = case.call(base_url=base.removesuffix("/api/v1"), headers={"Authorization": f"Bearer {words}"})
                assert reply.status_code < 500
                case.validate_response(reply, excluded_checks=[positive_data_acceptance] * refused_by_rule(reply))

            one()

    await asyncio.to_thread(drawn)
