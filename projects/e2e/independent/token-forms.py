"""The three ways people ask a token endpoint with Python requests; prints what came back as JSON lines.

usage: token-forms.py TOKEN_URL CLIENT_ID CLIENT_SECRET SCOPE
"""

import json
import sys

import requests

url, client_id, client_secret, scope = sys.argv[1:5]
credentials = {"client_id": client_id, "client_secret": client_secret}
grant = {"grant_type": "client_credentials"}
session = requests.Session()
session.trust_env = False  # no proxy from the environment: this talks to loopback


def show(form, response):
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict) and "access_token" in body:
        body["access_token"] = len(body["access_token"])
    print(json.dumps({"form": form, "status": response.status_code, "body": body}))


show("body", session.post(url, data={**grant, **credentials}, timeout=10))
show("body+scope", session.post(url, data={**grant, **credentials, "scope": scope}, timeout=10))
show("basic+scope", session.post(url, data={**grant, "scope": scope}, auth=(client_id, client_secret), timeout=10))
show("query", session.post(url, params={**grant, **credentials}, timeout=10))
show("no grant", session.post(url, data=credentials, timeout=10))
