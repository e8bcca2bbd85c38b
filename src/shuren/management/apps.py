from django.apps import AppConfig


class ManagementConfig(AppConfig):
    name = "shuren.management"
    label = "management"

    def ready(self) -> None:
        from shuren.management import joined
        from shuren.service.joining import join

        join(stores=joined.stores, terms=joined.terms, clocks=joined.clocks)
