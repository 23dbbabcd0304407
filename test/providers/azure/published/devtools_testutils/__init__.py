"""What Microsoft's published tests ask of their own tools, which are not published: live runs only, and against our stand-in.

Sleeps move the stand-in's clock instead of waiting: it is ours, and has one.
"""
import importlib
import json
import os
import re
import socket
import time
import urllib.request
import uuid

import pytest
from azure.core.credentials import AccessToken

_sleep = time.sleep
control = os.environ["STANDIN_CONTROL"].split()
tokens = [open(path, encoding="utf-8").read().strip() for path in os.environ["STANDIN_TOKENS"].split()]


def _moved(seconds):
    _sleep(0.01)
    if seconds >= 1:
        for address in control:
            body = json.dumps({"forward": int(seconds * 1000)}).encode()
            urllib.request.urlopen(urllib.request.Request(address, data=body, method="POST")).read()


time.sleep = _moved


_look = socket.getaddrinfo


def _here(host, *args, **more):
    """The stand-in bears names as Azure's are, so that the challenge can be held against them; they are this machine."""
    return _look("127.0.0.1" if str(host).startswith("standin.") else host, *args, **more)


socket.getaddrinfo = _here


def _by_name(module):
    """The client holds the challenge against host and port together, and Azure has no port: here it is taken off first."""
    validate = module._validate_challenge_resource

    def without_port(resource, url):
        return validate(resource, re.sub(r"^(https://standin[.][^/:]+):[0-9]+", r"\1", url))

    module._validate_challenge_resource = without_port


for _package in ("keys._shared", "administration._internal", "securitydomain._internal"):
    try:
        _by_name(importlib.import_module(f"azure.keyvault.{_package}.challenge_auth_policy"))
    except ModuleNotFoundError:
        pass


class _Token:
    own = None

    def get_token(self, *scopes, **_more):
        return AccessToken(self.own or tokens["managedhsm" in str(scopes)], int(time.time()) + 3600)


class AzureRecordedTestCase:
    is_live = True

    @property
    def in_recording(self):
        return False

    def get_resource_name(self, name):
        return f"{name}{uuid.uuid4().hex[:8]}"

    def get_credential(self, _client, **_more):
        return _Token()

    def get_service_principal_id(self):
        return str(uuid.UUID(int=1))

    def create_random_name(self, name):
        return self.get_resource_name(name)

    def create_client_from_credential(self, client, credential, **more):
        # Each stand-in takes its own token alone, and the names of two are one.
        if more.get("vault_url") == os.environ.get("SECONDARY_MANAGEDHSM_URL"):
            credential = _Token()
            credential.own = tokens[-1]
        return client(credential=credential, **{"logging_enable": True, **more})


def recorded_by_proxy(test):
    return test


def is_live():
    return True


def _nothing(*_args, **_more):
    return None


def __getattr__(name):
    """Whatever is about recordings has nothing to do here."""
    if name.startswith(("add_", "set_", "remove_")):
        return _nothing
    raise AttributeError(name)


class AzureMgmtPreparer:
    pass


@pytest.fixture(scope="session")
def test_proxy():
    yield
