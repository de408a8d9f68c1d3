"""Signs requests as botocore does: a JSON list of requests on standard input, a JSON list of their heads on standard output."""

import datetime
import json
import sys
from unittest import mock

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def sign(case):
    now = datetime.datetime.fromtimestamp(case["time"], datetime.timezone.utc)
    request = AWSRequest(
        method=case["method"], url=case["url"], data=bytes.fromhex(case["body"]), headers=dict(case["headers"])
    )
    request.context["payload_signing_enabled"] = True
    keys = Credentials(case["access"], case["secret"], case.get("token"))
    signer = botocore.auth.S3SigV4Auth(keys, "s3", case["region"])
    with mock.patch.object(botocore.auth, "get_current_datetime", lambda *_: now.replace(tzinfo=None)):
        signer.add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


json.dump([sign(case) for case in json.load(sys.stdin)], sys.stdout)
