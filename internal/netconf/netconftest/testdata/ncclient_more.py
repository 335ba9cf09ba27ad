# Copyright 2026 The Strowger authors.
# SPDX-License-Identifier: Apache-2.0
"""XPath, with-defaults, notifications, error options, confirmed commits, RPCs, inline configuration and call home."""
import sys

from ncclient import manager
from ncclient.operations import RPCError
from ncclient.xml_ import to_ele

host, port, home, user, password = sys.argv[1:]
NS = "urn:acme:router"
login = dict(username=user, password=password, hostkey_verify=False, allow_agent=False, look_for_keys=False, timeout=20)


def config(body):
    return f'<config xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0">{body}</config>'


def hostname(name):
    return config(f'<system xmlns="{NS}"><hostname>{name}</hostname></system>')


def refused(tag, operation):
    try:
        operation()
    except RPCError as e:
        assert e.tag == tag, f"{e.tag}: {e}"
        return e
    raise AssertionError(f"{tag} expected")


def running(m):
    return m.get_config("running", filter=("subtree", f'<system xmlns="{NS}"><hostname/></system>')).data_xml


with manager.connect(host=host, port=int(port), **login) as m:
    xpath = m.get_config("running", filter=("xpath", ({"r": NS}, "/r:interfaces/r:interface[r:name='e0']/r:mtu"))).data_xml
    assert "<mtu>1500</mtu>" in xpath and "e1" not in xpath, xpath
    entry = f'<interfaces xmlns="{NS}"><interface><name>e1</name></interface></interfaces>'
    assert "enabled" not in m.get_config("running", filter=("subtree", entry), with_defaults="explicit").data_xml
    assert "<enabled>true</enabled>" in m.get_config("running", filter=("subtree", entry), with_defaults="report-all").data_xml

    e = refused("data-missing", lambda: m.edit_config(config(f'<system xmlns="{NS}"><hostname>half</hostname><password nc:operation="delete"/></system>'),
                                                      target="candidate", error_option="rollback-on-error"))
    assert "password" in e.path, e.path
    assert "half" not in m.get_config("candidate").data_xml
    refused("data-missing", lambda: m.edit_config(config(f'<system xmlns="{NS}"><contact/></system>'), target="candidate", test_option="test-then-set"))
    m.discard_changes()

    m.create_subscription()
    with manager.connect(host=host, port=int(port), **login) as other:
        start = m.take_notification(timeout=10).notification_xml
        assert "netconf-session-start" in start and f">{other.session_id}<" in start, start
        other.edit_config(hostname("seen"), target="candidate")
        other.commit()
        change = m.take_notification(timeout=10).notification_xml
        assert "netconf-config-change" in change and "hostname" in change, change
        other.edit_config(hostname("unsure"), target="candidate")
        other.commit(confirmed=True, timeout="60", persist="mine")
    assert "unsure" in running(m)  # it persists, though its session is gone
    refused("invalid-value", lambda: m.commit(persist_id="yours"))
    m.cancel_commit(persist_id="mine")
    assert "seen" in running(m)
    seen = [m.take_notification(timeout=10).notification_xml for _ in range(5)]
    assert any("<confirm-event>start</confirm-event>" in n for n in seen) and any("netconf-session-end" in n for n in seen), seen

    m.edit_config(hostname("dropped"), target="candidate")
    with manager.connect(host=host, port=int(port), **login) as other:
        refused("resource-denied", lambda: other.lock("candidate"))
    m.discard_changes()
    m.validate(source=to_ele(hostname("inline")))
    reply = m.dispatch(to_ele(f'<restart xmlns="{NS}"><delay>1</delay></restart>'))
    assert "ok" in reply.xml, reply.xml

with manager.call_home(host="127.0.0.1", port=int(home), **login) as m:
    assert "seen" in running(m)
print("all done")
