"""The errors of OAI-PMH 2.0, by the names the protocol gives them."""


class OaiError(Exception):
    """code  badArgument, badResumptionToken, badVerb, cannotDisseminateFormat, idDoesNotExist,
    noRecordsMatch …; the message is for people who look at the XML"""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
