"""The kinds of study and the audience each is. Pure; definitions are read by it without models."""

from shuren.service.flow_shapes import Service

STUDENT, COLUMN, UNKNOWN = "student", "study", "unknown"
# definitions/vocabularies/study.yaml; the column `study` of the contract readers.
STUDIES = ("undergraduate", "master", "doctoral", "postgraduate", "exchange", "other")
UNDERGRAD, POSTGRAD = "undergrad", "postgrad"
# The audience of services that a kind of study is; an exchange student may be of either.
_AUDIENCE = {
    "undergraduate": UNDERGRAD,
    "master": POSTGRAD,
    "doctoral": POSTGRAD,
    "postgraduate": POSTGRAD,
}


def audience(study: str) -> str:
    """UNDERGRAD, POSTGRAD, or "" where the kind of study does not say which."""
    return _AUDIENCE.get(study, "")


def is_of(one: str, study: str) -> bool:
    """Whether a student of a kind of study may be of an audience of students."""
    known = audience(study)
    return not known or one == known or one not in (UNDERGRAD, POSTGRAD)


def differs(service: Service) -> bool:
    """Whether a service is not the same for undergraduates and postgraduates."""
    served = {UNDERGRAD, POSTGRAD} & set(service.audiences)
    own = [service.by_audience.get(one) for one in (UNDERGRAD, POSTGRAD)]
    return len(served) == 1 or own[0] != own[1]
