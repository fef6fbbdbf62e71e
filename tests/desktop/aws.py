"""IAM and STS of AWS as moto plays them, with signatures and keys checked from the first request on.

Prints "READY URL". Under /test/ are what an administrator does: POST /test/keys/USER makes a key (and the user), answered with
both parts; GET /test/keys/USER lists id and status; DELETE /test/keys/USER/ID ends one; POST /test/users/USER/without/ACTION
takes an action from the user; POST /test/roles/ROLE/USER/EXTERNAL makes a role that the user may assume with that external id.
"""

import json
import logging
import os

os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "0"

from moto.iam.models import iam_backends  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402
from werkzeug.wrappers import Request, Response  # noqa: E402

ACCOUNT = "123456789012"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}

moto = DomainDispatcherApplication(create_backend_app)


def iam():
    return iam_backends[ACCOUNT]["aws"]


def allow(user, *statements):
    policy = {"Version": "2012-10-17", "Statement": [EVERYTHING, *statements]}
    iam().put_user_policy(user, "storm", json.dumps(policy))


def administer(method, path):
    match (method, path):
        case "POST", ["keys", user]:
            if user not in [one.name for one in iam().users.values()]:
                iam().create_user("us-east-1", user)
                allow(user)
            key = iam().create_access_key(user_name=user)
            return {"id": key.access_key_id, "secret": key.secret_access_key}
        case "GET", ["keys", user]:
            return [{"id": key.access_key_id, "status": key.status} for key in iam().list_access_keys(user)]
        case "DELETE", ["keys", user, key]:
            iam().delete_access_key(key, user)
            return {}
        case "POST", ["users", user, "without", action]:
            allow(user, {"Effect": "Deny", "Action": action, "Resource": "*"})
            return {}
        case "POST", ["roles", role, user, external]:
            trust = {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{user}"},
                "Condition": {"StringEquals": {"sts:ExternalId": external}},
            }
            policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
            made = iam().create_role(role, policy, "/", None, "", [], 3600)
            return {"arn": made.arn}
    raise LookupError(path)


def application(environ, start_response):
    request = Request(environ)
    if not request.path.startswith("/test/"):
        return moto(environ, start_response)
    answer = administer(request.method, request.path.split("/")[2:])
    return Response(json.dumps(answer), content_type="application/json")(environ, start_response)


logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, application, threaded=True)
print(f"READY http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
