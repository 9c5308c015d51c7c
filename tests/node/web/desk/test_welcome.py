"""The page behind a link: what is wrong is said at its field, and nothing is used up by looking."""

from officers import Officer, Pages

from rogatory_node.casebook.people import Disabling, People
from rogatory_node.casebook.sign_in import Linking, SignIn
from rogatory_node.casework.roles import Role


async def link_of(pages: Pages) -> str:
    signing = SignIn(sealer=pages.desk.own.sealer, wall=lambda: pages.now)
    person = await pages.person(Role.AUDITOR)
    return (await pages.desk.write(signing.link, Linking(person=person))).words


async def test_what_is_wrong_is_said_at_its_field(officer: Officer, pages: Pages) -> None:
    words = await link_of(pages)
    for _ in range(2):
        assert (await officer.get(f"/welcome/{words}")).status == 200
    page = await officer.post(f"/welcome/{words}", {"name": "a", "password": "abcdefgh", "again": "", "code": ""})
    assert page.status == 422
    for field in ("password", "code"):
        assert f'<a href="#{field}">' in page.text
        assert f'id="{field}-wrong"' in page.text
    assert 'value="a"' in page.text
    assert "abcdefgh" not in page.text


async def test_a_link_of_who_may_not_act_any_more_is_none(officer: Officer, pages: Pages) -> None:
    words = await link_of(pages)
    link = await pages.desk.read(SignIn(sealer=pages.desk.own.sealer, wall=lambda: pages.now).link_of, words)
    people = People(sealer=pages.desk.own.sealer, wall=lambda: pages.now)
    await pages.desk.write(people.disable, Disabling(person=link.person))
    from pyotp import TOTP

    from rogatory_node.web.desk.passwords import spelled

    code = TOTP(spelled(link.totp).replace(" ", "")).at(int(pages.now))
    fields = {"name": "a", "password": "several plain words", "again": "several plain words", "code": code}
    assert (await officer.post(f"/welcome/{words}", fields)).status == 404
