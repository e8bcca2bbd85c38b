from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "shuren.web"
    label = "web"
