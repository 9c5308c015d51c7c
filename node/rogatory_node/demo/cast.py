"""Who takes part in the demonstration: States and authorities that do not exist."""

from typing import Final

from rogatory_node.stage import Part

_CONTACT: Final = """
[[contact]]
role = "{role}"
languages = [{languages}]
hours = "{hours}"
zone = "{zone}"
[[contact.channel]]
kind = "phone"
value = "{phone}"
"""


def _contact(role: str, languages: str, hours: str, zone: str, phone: str) -> str:
    return _CONTACT.format(role=role, languages=languages, hours=hours, zone=zone, phone=phone)


CAST: Final = (
    Part(
        code="XR",
        names={"en": "Secretariat of the Network of the Two Straits"},
        language="en",
        roles=("registry",),
        registry=True,
    ),
    Part(
        code="XA",
        names={"es": "Autoridad Central de Xarandia", "en": "Central Authority of Xarandia"},
        language="es",
        roles=("mla", "cybercrime-24x7"),
        settings=_contact("duty", '"es", "en"', "24/7", "America/Montevideo", "+999 1 555 0100"),
    ),
    Part(
        code="XB",
        names={"ar": "السلطة المركزية في إكسبورا", "en": "Central Authority of Xebora"},
        language="ar",
        roles=("mla", "cybercrime-24x7"),
        settings=_contact("duty", '"ar", "fr"', "24/7", "Africa/Casablanca", "+999 2 555 0100"),
    ),
    Part(
        code="XC",
        names={"en": "Central Authority of Xocolia"},
        language="en",
        roles=("mla",),
        settings=_contact("office", '"en"', "Mon-Fri 08:00-17:00", "Pacific/Auckland", "+999 3 555 0100"),
    ),
)
