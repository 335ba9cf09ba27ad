# Copyright 2026 The Strowger authors.
# SPDX-License-Identifier: Apache-2.0

"""ncclient, as hack/bench measures it; see package client for what it is told."""

import concurrent.futures
import gc
import json
import os
import sys

from ncclient import manager

server = json.loads(os.environ["STROWGER_BENCH_SERVER"])
host, port = server["Addr"].rsplit(":", 1)
sessions = []


def dial(_=None):
    return manager.connect(host=host, port=int(port), username=server["User"], password=server["Password"],
                           hostkey_verify=False, allow_agent=False, look_for_keys=False, timeout=60)


def get(session, content, at_least=1):
    if len(session.get_config(source="running", filter=("subtree", content)).data_xml) < at_least:
        raise ValueError("a reply that is too short")


def spread(f, items, at_once):
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(f, items))


def do(name, n=1):
    if name == "open":
        sessions.extend(spread(dial, range(n), 16))
    elif name == "connect":
        for _ in range(n):
            dial()._session.close()
    elif name == "small":
        for _ in range(n):
            get(sessions[0], server["Small"])
    elif name == "large":
        for _ in range(n):
            get(sessions[0], server["Large"], 1_000_000)
    elif name == "each":
        spread(lambda s: get(s, server["Small"]), sessions, len(sessions))
    elif name == "close":
        for s in sessions:
            s._session.close()
        sessions.clear()
    elif name == "settle":
        gc.collect()
    else:
        raise ValueError("cannot " + name)


for line in sys.stdin:
    words = line.split()
    try:
        do(words[0], *map(int, words[1:]))
        print("ok", flush=True)
    except Exception as problem:  # whatever it is, it is the answer
        print("error", type(problem).__name__, " ".join(str(problem).split()), flush=True)
os._exit(0)  # threads of open sessions do not hold it up
