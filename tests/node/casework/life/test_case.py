from lifecase import XA, XB, XC, Talk


def test_a_request_knows_its_sides_and_grade() -> None:
    talk = Talk()
    talk.ask(urgency={"grade": "PRIORITY", "reasons": "x"})
    request = talk.one()
    assert (request.side(XA), request.side(XB), request.side(XC)) == ("R", "Q", None)
    assert request.grade == "PRIORITY"
