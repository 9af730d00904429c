"""A Finesse client in Python that fails over, for `finesse-ha conformance -- python3 client.py` (slixmpp 1.8, nothing else).

It asks the nodes for SystemInfo in turn, joins the first that is IN_SERVICE, sends presence, subscribes to its team and signs in.
It leaves the node when the XMPP connection ends or is silent, when `finesse` becomes unavailable, and when SystemInfo, which it
asks for every few seconds, does not say IN_SERVICE twice running.
"""

import asyncio
import base64
import os
import random
import signal
import urllib.error
import urllib.request
import xml.etree.ElementTree as ElementTree

import slixmpp

POLL_SECONDS = 3
PING_SECONDS = 5
CONNECT_SECONDS = 5
LONGEST_PAUSE_SECONDS = 8

env = os.environ
USER, PASSWORD = env["FINESSE_USER"], env["FINESSE_PASSWORD"]


class Node:
    def __init__(self, name):
        prefix = f"FINESSE_{name}_"
        self.url = env[prefix + "URL"]
        self.domain = env[prefix + "DOMAIN"]
        self.address = (env[prefix + "XMPP_HOST"], int(env[prefix + "XMPP_PORT"]))


def request(method, url, body=None):
    credentials = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/xml"}
    asked = urllib.request.Request(url, data=body and body.encode(), headers=headers, method=method)
    with urllib.request.urlopen(asked, timeout=3) as answer:
        return answer.read()


async def rest(method, url, body=None):
    return await asyncio.to_thread(request, method, url, body)


async def in_service(node):
    try:
        answer = await rest("GET", node.url + "/finesse/api/SystemInfo")
        return ElementTree.fromstring(answer).findtext("status") == "IN_SERVICE"
    except (OSError, ElementTree.ParseError):
        return False


class Session(slixmpp.ClientXMPP):
    """One XMPP session; `over` is set when the node is to be left."""

    def __init__(self, node):
        super().__init__(f"{USER}@{node.domain}/python", PASSWORD)
        self.node = node
        self.ca_certs = env["FINESSE_CA_FILE"]
        self.started, self.over = asyncio.Event(), asyncio.Event()
        self.register_plugin("xep_0060")
        self.register_plugin("xep_0199")
        self.add_event_handler("session_start", lambda _: self.started.set())
        self.add_event_handler("disconnected", lambda _: self.over.set())
        self.add_event_handler("connection_failed", lambda _: self.over.set())
        self.add_event_handler("failed_auth", lambda _: self.over.set())
        self.add_event_handler("presence_unavailable", self.on_unavailable)

    def on_unavailable(self, presence):
        if presence["from"].user == "finesse":
            self.over.set()

    async def join(self):
        self.connect(self.node.address)
        await either(self.started, self.over, CONNECT_SECONDS)
        if not self.started.is_set():
            return False
        self.send_presence()
        team = f"/finesse/api/Team/{env['FINESSE_TEAM_ID']}/Users"
        await self["xep_0060"].subscribe(f"pubsub.{self.node.domain}", team, bare=False, timeout=CONNECT_SECONDS)
        return True

    async def watch(self):
        """Returns when the node is to be left."""
        strikes = 0
        while strikes < 2:
            await either(self.over, self.over, POLL_SECONDS)
            if self.over.is_set():
                return
            strikes = 0 if await in_service(self.node) else strikes + 1
            try:
                await self["xep_0199"].ping(self.node.domain, timeout=PING_SECONDS)
            except slixmpp.exceptions.XMPPError:
                return

    async def leave(self):
        # Whoever still listens is told; a silent link is given up after half a second.
        await asyncio.wait([self.disconnect(wait=0.5)], timeout=2)


async def either(one, other, seconds):
    waits = {asyncio.create_task(event.wait()) for event in (one, other)}
    _, pending = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()


async def sign_in(node):
    url = f"{node.url}/finesse/api/User/{USER}"
    state = ElementTree.fromstring(await rest("GET", url)).findtext("state")
    if state == "LOGOUT":
        await rest("PUT", url, f"<User><state>LOGIN</state><extension>{env['FINESSE_EXTENSION']}</extension></User>")


async def stay_on(node):
    """Joins, stays, leaves. False when it could not be joined."""
    session = Session(node)
    joined = False
    try:
        joined = await session.join()
        if joined:
            await sign_in(node)
            await session.watch()
    except (OSError, slixmpp.exceptions.XMPPError) as error:
        print(f"{node.domain}: {error}", flush=True)
    finally:
        await session.leave()
    return joined


async def main():
    nodes = [Node("PRIMARY"), Node("SECONDARY")]
    pause = 0.5
    while True:
        for node in list(nodes):
            if await in_service(node):
                print(f"joining {node.domain}", flush=True)
                if await stay_on(node):
                    pause = 0.5
                    # The other one first, now that this one failed.
                    nodes.sort(key=lambda one: one is node)
                    break
        await asyncio.sleep(pause * random.uniform(0.5, 1))
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def end(*_):
    raise SystemExit(0)


signal.signal(signal.SIGTERM, end)
asyncio.get_event_loop().run_until_complete(main())
