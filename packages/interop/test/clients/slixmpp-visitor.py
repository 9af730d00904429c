"""slixmpp, unmodified, logged in over TCP with STARTTLS. Options come as JSON in the first argument; what happens goes out as
JSON lines; a line `subscribe NODE` on standard input subscribes."""

import asyncio
import json
import sys

import slixmpp


class Visitor(slixmpp.ClientXMPP):
    def __init__(self, options):
        super().__init__(f"{options['user']}@{options['domain']}/slixmpp", options["password"])
        self.ca_certs = options["caFile"]
        self.register_plugin("xep_0060")
        self.register_plugin("xep_0199")
        self.add_event_handler("session_start", self.on_start)
        self.add_event_handler("presence_available", self.on_presence)
        self.add_event_handler("pubsub_publish", self.on_publish)
        self.add_event_handler("failed_auth", lambda _: tell({"event": "refused"}))

    async def on_start(self, _):
        self.send_presence()
        tell({"event": "online", "tls": bool(self.transport.get_extra_info("ssl_object"))})

    def on_presence(self, presence):
        if presence["from"].user == "finesse":
            tell({"event": "finesse"})

    def on_publish(self, message):
        for item in message["pubsub_event"]["items"]["substanzas"]:
            tell({"event": "item", "text": "".join(item.xml.itertext())})

    async def subscribe_to(self, node):
        try:
            # The full JID, as Finesse's clients do.
            await self["xep_0060"].subscribe(f"pubsub.{self.boundjid.domain}", node, bare=False)
            tell({"event": "subscribed", "node": node})
        except slixmpp.exceptions.IqError as error:
            tell({"event": "error", "node": node, "text": error.condition})


def tell(what):
    print(json.dumps(what), flush=True)


def on_line(visitor):
    line = sys.stdin.readline()
    if line == "":
        visitor.disconnect()
        asyncio.get_event_loop().remove_reader(sys.stdin)
        return
    asyncio.ensure_future(visitor.subscribe_to(line.split()[1]))


options = json.loads(sys.argv[1])
visitor = Visitor(options)
asyncio.get_event_loop().add_reader(sys.stdin, on_line, visitor)
visitor.connect((options["host"], options["ports"]["xmpp"]))
visitor.process(forever=False)
