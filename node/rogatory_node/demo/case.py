"""The case of the demonstration: an urgent preservation request in the shape of the T-CY template, and its replies.

* Everything is invented: States, authorities and persons do not exist, addresses are of the ranges kept for
  documentation.
* Days count from the moment that is given: the act was the day before yesterday, the provider's records end in five
  days, the preservation lasts ninety.
* The request is written in a language that the other authority reads, and a check finds nothing in it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

LANGUAGE: Final = "fr"
RETENTION_DAYS: Final = 7
ASKED_DAYS: Final = 90
FOLLOWS_DAYS: Final = 30

Form = Mapping[str, Any]


def own_reference(code: str, number: int, at: datetime) -> str:
    """Return a reference as a registry of files gives it."""
    return f"{code}-{at.year}-{number:04}"


def preservation(at: datetime, attachments: Sequence[Form]) -> dict[str, Any]:
    """Return the request.

    Args:
        at: The moment of writing, with a time zone.
        attachments: What goes with it, as the form lists it.
    """
    act = _act(at)
    return {
        "kind": "request",
        "type": "data.preserve",
        "language": LANGUAGE,
        "date": _day(at),
        "references": {"sender": own_reference("XA", 42, at), "status": "new"},
        **_authorities(),
        "proceeding": {
            "nature": "investigation",
            "subject": "Accès illicite au système informatique d'un hôpital",
            "conducting": "Fiscalía del Distrito 3",
            "functions": "Ministère public ; dirige l'enquête pénale",
            "court": "Juzgado de Instrucción 2",
            "case_no": f"44/{at:%y}",
        },
        "legal_basis": [{"instrument": "BC", "articles": ["29", "30"]}],
        "offences": [
            {
                "title": "Accès illicite à un système informatique",
                "law": "Code pénal de Xarandia, art. 302",
                "text": "Quiconque accède sans droit à tout ou partie d'un système informatique est puni d'un "
                "emprisonnement de cinq ans au plus.",
                "max_penalty_years": 5,
                "crime_type": "cybercrime",
                "committed": _day(act),
            }
        ],
        "facts_summary": f"Le {act:%d/%m/%Y} à {act:%H:%M:%S} UTC, une personne inconnue est entrée sans autorisation, "
        "depuis l'adresse indiquée ci-dessous, dans le système informatique de l'hôpital central de Xarandia. Elle a "
        "copié des dossiers de patients et menacé de les publier.",
        **_data(at, act),
        "urgency": {
            "grade": "VOLATILE",
            "reasons": "Le fournisseur efface ses journaux de connexion au bout de sept jours.",
            "retention_estimate": _day(act + timedelta(days=RETENTION_DAYS)),
        },
        "confidentiality": {
            "fact_and_substance": True,
            "notify_user": False,
            "reasons": "L'utilisateur avisé pourrait détruire les données qu'il détient lui-même.",
        },
        "attachments": list(attachments),
        "signature": {"name": "Inés Valdoro", "capacity": "Cheffe de l'unité", "date": _day(at)},
    }


def _authorities() -> dict[str, Any]:
    return {
        "requested_authority": {"id": "xb.poc", "name": "السلطة المركزية في إكسبورا"},
        "requesting_authority": {
            "id": "xa.poc",
            "name": "Autoridad Central de Xarandia",
            "person": "Tomás Quintara, officier de permanence",
            "address": "12, rue du Port, Capitale",
            "phone": "+999 1 555 0100",
            "cell": "+999 1 555 0101",
            "email": "permanence@xa.example",
            "office_hours": "24/7",
            "time_zone": "America/Montevideo",
            "reply_by": ["node", "phone"],
        },
        "confirmation_contact": {
            "name": "Inés Valdoro",
            "function": "Cheffe de l'unité",
            "organisation": "Autoridad Central de Xarandia",
            "phone": "+999 1 555 0102",
            "email": "unidad@xa.example",
            "languages": ["es", "fr"],
        },
    }


def _data(at: datetime, act: datetime) -> dict[str, Any]:
    address = {
        "kind": "ipv4",
        "value": "192.0.2.7",
        "port": 51514,
        "destination_port": 443,
        "at": _moment(act),
        "tz_original": "-03:00",
    }
    return {
        "data": [
            {
                "categories": ["subscriber", "traffic"],
                "identifiers": [address],
                "period": {"from": _day(act - timedelta(days=3)), "to": _day(act)},
                "fields": ["nom et adresse", "début et fin des connexions", "adresses et ports"],
            }
        ],
        "relation_of_data_to_offence": "Les journaux montrent qui utilisait l'adresse au moment de l'accès, et depuis "
        "quelle ligne.",
        "custodian": {
            "provider": "Hébergement Exemple",
            "location": "Ville-du-Détroit, Xebora",
            "retention_days": RETENTION_DAYS,
            "why": "L'adresse est enregistrée au nom de ce fournisseur.",
        },
        "necessity": "Sans conservation, les journaux seront effacés avant que la demande d'entraide ne parvienne.",
        "partial_disclosure_wanted": True,
        "intent_to_submit_mla": {"yes": True, "expected": _day(at + timedelta(days=FOLLOWS_DAYS))},
        "duration_asked_days": ASKED_DAYS,
    }


# --- Replies ----------------------------------------------------------------------------------------------------------


def confirmation(at: datetime) -> dict[str, Any]:
    """Return the confirmation of the preservation."""
    begun = at.replace(microsecond=0)
    until = _moment(begun + timedelta(days=ASKED_DAYS))
    return {
        "kind": "preservation.confirm",
        "outcome": "PRESERVED",
        "until": until,
        "preserved": [
            {
                "categories": ["subscriber", "traffic"],
                "from": _moment(begun),
                "until": until,
                "provider_ticket": "EH-5521",
            }
        ],
        "other_providers": [{"state": "XC", "name": "Transit Net"}],
        "renewable": True,
        "next_step": "Demande d'entraide au titre de l'article 31 avant la fin de la conservation.",
    }


def question(at: datetime) -> dict[str, Any]:
    """Return the question of the other authority, with the day by which it needs the answer."""
    return {
        "kind": "info.request",
        "questions": [{"n": 1, "text": "La demande porte-t-elle aussi sur les journaux de courrier du même abonné ?"}],
        "due": _day(at + timedelta(days=2)),
    }


def answer() -> dict[str, Any]:
    """Return the answer to it."""
    return {
        "kind": "info.response",
        "answers": [{"n": 1, "text": "Oui, pour la même période ; ces journaux sont effacés au bout du même délai."}],
    }


# --- Days -------------------------------------------------------------------------------------------------------------


def _act(at: datetime) -> datetime:
    return (at - timedelta(days=2)).astimezone(UTC).replace(hour=21, minute=3, second=11, microsecond=0)


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
