"""Addresses other systems and partners call."""

from django.urls import path

from integrations import connect, views

urlpatterns = [
    path("hooks/<str:key>/", views.hook, name="hook"),
    path("connect/<slug:vendor>/callback/", connect.callback, name="connect_callback"),
    path("connect/<slug:vendor>/<str:token>/", connect.open_install, name="connect_open"),
]
