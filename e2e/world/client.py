"""Speaks NETCONF through ncclient, a client that shares no code with Strowger.

Reads one JSON request from stdin, answers one JSON document on stdout.
"""
import json
import sys
import time

from ncclient import manager
from ncclient.xml_ import BASE_NS_1_0

request = json.load(sys.stdin)
# As an element, because a filter may select several subtrees.
selected = '<filter xmlns="%s" type="subtree">%s</filter>' % (BASE_NS_1_0, request["filter"])
with manager.connect(
    host=request["host"], port=request["port"], timeout=60,
    username=request["user"], password=request["password"],
    hostkey_b64=request["hostKey"], allow_agent=False, look_for_keys=False,
) as session:
    answer = {"session": int(session.session_id)}
    if "edit" in request:
        # Named after the datastore that is edited, as RFC 6241 says.
        candidate = any(":candidate" in c for c in session.server_capabilities)
        target = "candidate" if candidate else "running"
        with session.locked(target):
            if candidate:
                session.discard_changes()
            answer["sent"] = time.time_ns()
            session.edit_config(target=target, config="<config>" + request["edit"] + "</config>")
            if candidate:
                answer["sent"] = time.time_ns()
                session.commit()
    elif request["state"]:
        answer["data"] = session.get(selected).data_xml
    else:
        answer["data"] = session.get_config(source="running", filter=selected).data_xml
json.dump(answer, sys.stdout)
