"""cos-python-sdk-v5 as a client of the replication API: one line of JSON on stdout for each check."""

import json
import sys

from qcloud_cos import CosConfig, CosS3Auth, CosS3Client, CosServiceError

CONFIG = json.loads(sys.argv[1])
SOURCE = CONFIG["source"]
DESTINATIONS = CONFIG["destinations"]


def connect(managed, **other):
    settings = {**managed, **other}
    return CosS3Client(
        CosConfig(
            Region=CONFIG["region"],
            SecretId=settings["secretId"],
            SecretKey=settings["secretKey"],
            Domain=settings["domain"],
            Scheme="http",
        )
    )


CLIENT = connect(SOURCE)


def rule(destination=DESTINATIONS["good"], **other):
    return {"ID": "rule-1", "Status": "Enabled", "Prefix": "logs/", "Destination": {"Bucket": destination}, **other}


# Every element that COS documents, and every one that this service adds: the SDK sends all of them.
FULL = {
    "ID": "every & <element>",
    "Status": "Enabled",
    "Priority": "7",
    "Filter": {
        "And": {
            "Prefix": "größe/日志 & <x>/",
            "Tag": [{"Key": "team", "Value": "a"}, {"Key": "tier", "Value": "b c"}],
        }
    },
    "Destination": {
        "Bucket": DESTINATIONS["good"],
        "StorageClass": "Standard_IA",
        "EncryptionConfiguration": {"ReplicaKmsKeyID": "kms-12345678"},
    },
    "DeleteMarkerReplication": {"Status": "Disabled"},
    "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
    "ExistingObjectReplication": {"Status": "Disabled", "Versions": "Current"},
    "ReplicaAcl": {"Status": "Disabled"},
    "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": "15"}},
}


def put(*rules, client=CLIENT, bucket=SOURCE["bucket"]):
    configuration = {"Role": CONFIG["role"], "Rule": list(rules)}
    client.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=configuration)


def must_be(*rules):
    found = CLIENT.get_bucket_replication(Bucket=SOURCE["bucket"])
    expected = {"Role": CONFIG["role"], "Rule": list(rules)}
    if found != expected:
        raise AssertionError(f"{found} instead of {expected}")


def must_fail(status, code, call):
    try:
        call()
    except CosServiceError as error:
        found = (error.get_status_code(), error.get_error_code())
        if found != (status, code):
            raise AssertionError(f"{found} instead of {(status, code)}") from error
        if error.get_request_id() in ("", "Unknown") or error.get_resource_location() in ("", "Unknown"):
            raise AssertionError("the error has no request ID or no resource") from error
        return f"CosServiceError {status} {code}"
    raise AssertionError(f"succeeded, not {status} {code}")


def none():
    return must_fail(404, "ReplicationConfigurationnotFoundError", must_be)


def read_after_write():
    for write in range(5):
        latest = rule(Prefix=f"write-{write}/")
        put(latest)
        must_be(latest)


def replace():
    second = rule(ID="rule-2", Prefix="other/", Status="Disabled")
    put(rule(), second)
    must_be(rule(), second)
    put(second)
    must_be(second)


def every_element():
    put(FULL)
    must_be(FULL)


def delete():
    CLIENT.delete_bucket_replication(Bucket=SOURCE["bucket"])
    none()
    CLIENT.delete_bucket_replication(Bucket=SOURCE["bucket"])


def malformed():
    # The half of put_bucket_replication that sends; the other half writes only well-formed XML.
    params = {"replication": ""}
    return must_fail(
        400,
        "MalformedXML",
        lambda: CLIENT.send_request(
            method="PUT",
            url=CLIENT._conf.uri(bucket=SOURCE["bucket"]),
            bucket=SOURCE["bucket"],
            data=b"<ReplicationConfiguration><Role>",
            auth=CosS3Auth(CLIENT._conf, params=params),
            headers={"Content-Type": "application/xml"},
            params=params,
        ),
    )


UNVERSIONED = CONFIG["unversioned"]
CHECKS = {
    "none": none,
    "put": lambda: put(rule()),
    "get": lambda: must_be(rule()),
    "read-after-write": read_after_write,
    "replace": replace,
    "every-element": every_element,
    "delete": delete,
    "malformed": malformed,
    "wrong-signature": lambda: must_fail(
        403, "SignatureDoesNotMatch", lambda: put(rule(), client=connect(SOURCE, secretKey="wrong"))
    ),
    "unknown-key": lambda: must_fail(
        403, "InvalidAccessKeyId", lambda: put(rule(), client=connect(SOURCE, secretId="CRRunknownunknown"))
    ),
    "source-unversioned": lambda: must_fail(
        400,
        "BucketVersionNotOpen",
        lambda: put(rule(), client=connect(UNVERSIONED), bucket=UNVERSIONED["bucket"]),
    ),
    "destination-unversioned": lambda: must_fail(
        400, "BucketVersionNotOpen", lambda: put(rule(DESTINATIONS["unversioned"]))
    ),
    "destination-missing": lambda: must_fail(404, "NoSuchBucket", lambda: put(rule(DESTINATIONS["missing"]))),
    "destination-unlisted": lambda: must_fail(
        403, "UserNotTargetBucketOwner", lambda: put(rule(DESTINATIONS["unlisted"]))
    ),
}

for check, run in CHECKS.items():
    try:
        report = {"outcome": "ok", "detail": run() or ""}
    except Exception as error:  # Whatever it is, it belongs to this check alone.
        report = {"outcome": "failed", "detail": f"{type(error).__name__}: {error}"}
    print(json.dumps({"check": check, **report}), flush=True)
