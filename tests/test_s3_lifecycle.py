"""The lifecycle rule of an S3 bucket: it is set beside the bucket's other rules."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest

from diabelli.errors import StoreUnavailable
from diabelli.storage.lifecycle import LifecycleRule, lifecycle_rule
from diabelli.storage.s3_lifecycle import set_rule
from s3 import BUCKET, S3Server
from s3_rules import BucketRules, bucket_rules

OTHERS = b"""<?xml version="1.0" encoding="UTF-8"?>
<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Rule><ID>logs</ID><Filter><And><Prefix>logs/</Prefix><Tag><Key>k &amp; l</Key><Value>v</Value>
  </Tag></And></Filter><Status>Disabled</Status>
  <Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition></Rule>
  <Rule><ID>diabelli-results</ID><Filter><Prefix>before/</Prefix></Filter><Status>Enabled</Status>
  <Expiration><Days>9</Days></Expiration></Rule>
</LifecycleConfiguration>"""


@pytest.fixture
def rules(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[BucketRules]:
    """The rules of a bucket that has some."""
    with bucket_rules(s3) as rules:
        monkeypatch.setenv("AWS_ENDPOINT_URL", rules.url)
        yield rules


def rule_of(lifetime_s: int = 3600) -> LifecycleRule:
    rule = lifecycle_rule(f"s3://{BUCKET}/results", lifetime_s)
    assert rule is not None
    return rule


def plain(element: ET.Element) -> object:
    """Return an element's name, text and children, without white space around text."""
    return (
        element.tag.partition("}")[2],
        (element.text or "").strip(),
        [plain(each) for each in element],
    )


def test_a_bucket_without_rules_gets_one(rules: BucketRules) -> None:
    """It has the prefix and the days; setting it again changes nothing."""
    assert set_rule(BUCKET, rule_of()) == 0
    first = rules.content
    assert first is not None
    root = ET.fromstring(first)
    assert root.tag == "{http://s3.amazonaws.com/doc/2006-03-01/}LifecycleConfiguration"
    assert [plain(each) for each in root] == [
        (
            "Rule",
            "",
            [
                ("ID", "diabelli-results", []),
                ("Filter", "", [("Prefix", "results/", [])]),
                ("Status", "Enabled", []),
                ("Expiration", "", [("Days", "1", [])]),
            ],
        )
    ]
    assert set_rule(BUCKET, rule_of()) == 0
    assert rules.content == first


def test_other_rules_are_kept(rules: BucketRules) -> None:
    """Only the rule with the same identifier is replaced."""
    rules.content = OTHERS
    assert set_rule(BUCKET, rule_of(86_400)) == 1
    other, own = ET.fromstring(rules.content)
    assert plain(other) == plain(ET.fromstring(OTHERS)[0])
    assert own.findtext("{*}Expiration/{*}Days") == "2"


def test_rules_without_a_namespace_are_read(rules: BucketRules) -> None:
    """Some servers leave it out."""
    rules.content = OTHERS.replace(b' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"', b"")
    assert set_rule(BUCKET, rule_of()) == 1
    assert plain(ET.fromstring(rules.content)[0]) == plain(ET.fromstring(OTHERS)[0])


def test_a_property_that_would_be_reset_is_refused(rules: BucketRules) -> None:
    """The rules stay as they are."""
    rules.content = OTHERS
    rules.headers = {"x-amz-transition-default-minimum-object-size": "varies_by_storage_class"}
    with pytest.raises(StoreUnavailable, match="'varies_by_storage_class', which would be reset"):
        set_rule(BUCKET, rule_of())
    assert rules.content == OTHERS


def test_a_server_without_rules_is_refused_in_words(s3: S3Server) -> None:
    """It lists the bucket instead; nothing is written."""
    with pytest.raises(StoreUnavailable, match="no lifecycle rules: it sent 'ListBucketResult'"):
        set_rule(BUCKET, rule_of())
    assert s3.files() == {}


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (
            501,
            b"<Error><Code>NotImplemented</Code><Message>No.</Message></Error>",
            "NotImplemented",
        ),
        (403, b"forbidden", r"Forbidden \(403\)"),
        (200, b"", "does not list it"),
    ],
)
def test_a_refusal_has_its_reason(
    rules: BucketRules, status: int, body: bytes, reason: str
) -> None:
    """It is the server's message and code, or its status."""
    rules.refusal = (status, body)
    with pytest.raises(StoreUnavailable, match=reason):
        set_rule(BUCKET, rule_of())


@pytest.mark.parametrize("content", [b"<Lifecycle", b""])
def test_broken_rules_are_not_replaced(rules: BucketRules, content: bytes) -> None:
    """They are no XML."""
    rules.content = content
    with pytest.raises(StoreUnavailable, match="as XML"):
        set_rule(BUCKET, rule_of())
    assert rules.content == content


def test_wrong_credentials_are_refused(rules: BucketRules, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the server's code."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(StoreUnavailable, match=r"read: Words\. \(SignatureDoesNotMatch"):
        set_rule(BUCKET, rule_of())


def test_a_server_that_does_not_listen(monkeypatch: pytest.MonkeyPatch, s3: S3Server) -> None:
    """The reason is in the message."""
    s3.process.kill()
    s3.process.wait(10)
    with pytest.raises(StoreUnavailable, match=r"cannot be read: \[Errno \d+\] Connection refused"):
        set_rule(BUCKET, rule_of())
