# Copyright 2026 The Strowger authors.
# SPDX-License-Identifier: Apache-2.0
"""Use every operation that the server offers, as an ncclient user would."""
import sys

from ncclient import manager
from ncclient.operations import RPCError

host, port, user, password = sys.argv[1:]
NS = "urn:acme:router"


def config(hostname):
    return f'<config><system xmlns="{NS}"><hostname>{hostname}</hostname></system></config>'


def session():
    return manager.connect(host=host, port=int(port), username=user, password=password, hostkey_verify=False,
                           allow_agent=False, look_for_keys=False, timeout=20)


def refused(tag, operation):
    try:
        operation()
    except RPCError as e:
        assert e.tag == tag, f"{e.tag}: {e}"
        return e
    raise AssertionError(f"{tag} expected")


with session() as m:
    has = lambda name: any(f":{name}:" in c for c in m.server_capabilities)
    target = "candidate" if has("candidate") else "running"
    print("session", m.session_id, "target", target)
    hostname = f'<system xmlns="{NS}"><hostname/></system>'
    assert "r1" in m.get_config("running", filter=("subtree", hostname)).data_xml
    assert "10.0.0.1" in m.get_config("running").data_xml
    assert "netconf-state" in m.get(filter=("subtree", '<netconf-state xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"/>')).data_xml
    assert "module acme-router" in m.get_schema("acme-router").data
    with m.locked(target):
        with session() as other:
            e = refused("lock-denied", lambda: other.lock(target))
            assert m.session_id in e.info, e.info
        if target == "candidate":
            m.discard_changes()
        m.edit_config(config("by-ncclient"), target=target, default_operation="merge", error_option="rollback-on-error",
                      test_option="test-then-set")
        if target == "candidate":
            m.validate("candidate")
            m.commit()
    e = refused("unknown-element", lambda: m.edit_config(f'<config><system xmlns="{NS}"><nonsense/></system></config>', target=target))
    print("refused:", e.message, e.path)
    refused("data-missing", lambda: m.edit_config(
        f'<config><system xmlns="{NS}"><password operation="delete" xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" '
        f'nc:operation="delete"/></system></config>'.replace('operation="delete" xmlns', 'xmlns'), target=target))
    if target == "candidate":
        m.discard_changes()
        m.edit_config(config("unconfirmed"), target="candidate")
        m.commit(confirmed=True, timeout="60", persist="token")
        assert "unconfirmed" in m.get_config("running").data_xml
        m.cancel_commit(persist_id="token")
        assert "by-ncclient" in m.get_config("running").data_xml
    if has("startup"):
        m.copy_config(source="running", target="startup")
        assert "by-ncclient" in m.get_config("startup").data_xml
        m.delete_config("startup")
    victim = session()
    m.kill_session(victim.session_id)
print("all done")
