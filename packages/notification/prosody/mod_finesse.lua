-- What Finesse expects of its notification service beyond plain XMPP: every agent and the user `finesse` see each other's
-- presence without asking (dev guide 12.5, "Presence"), agents do not see one another, and a web app that hangs is gone.
--
-- finesse_agents            ids of the agents, as { ["1001001"] = true }
-- finesse_silence_seconds   the web app pings every two seconds; silent for so long, its session is over. Default 10.

local st = require "util.stanza";
local timer = require "util.timer";
local now = require "util.time".now;

local finesse_user = "finesse";
local agents = module:get_option("finesse_agents", {});
local silence_seconds = module:get_option_number("finesse_silence_seconds", 10);

local function add(roster, username)
	roster[username .. "@" .. module.host] = { subscription = "both", groups = {}, persist = false };
end

module:hook("roster-load", function (event)
	local roster = event.roster;
	if event.username == finesse_user then
		for agent in pairs(agents) do add(roster, agent); end
	elseif agents[event.username] then
		add(roster, finesse_user);
	end
	-- Given by the server, so that no client takes its own old copy for current (RFC 6121 2.6).
	if roster[false] then roster[false].version = true; end
end, -10);

-- Nobody but `finesse` is to be seen by agents (and no chat is carried between them).
local function keep_from_agents(event)
	local origin, stanza = event.origin, event.stanza;
	local to = stanza.attr.to;
	if origin.type ~= "c2s" or origin.username == finesse_user or to == nil then return; end
	local bare = to:match("^[^/]+");
	local is_agent = bare:match("^([^@]+)@");
	if is_agent == nil or is_agent == finesse_user or bare == origin.username .. "@" .. origin.host then return; end
	if stanza.name == "message" and stanza.attr.type ~= "error" then
		origin.send(st.error_reply(stanza, "cancel", "service-unavailable"));
	end
	return true;
end
module:hook("pre-message/bare", keep_from_agents, 100);
module:hook("pre-message/full", keep_from_agents, 100);
module:hook("pre-presence/bare", keep_from_agents, 100);
module:hook("pre-presence/full", keep_from_agents, 100);

local heard = {};

module:hook("pre-iq/host", function (event)
	if event.origin.username == finesse_user then heard[event.origin] = now(); end
end, 1000);

module:hook("resource-bind", function (event)
	if event.session.username == finesse_user then heard[event.session] = now(); end
end);

module:hook("resource-unbind", function (event)
	heard[event.session] = nil;
end);

module:add_timer(1, function ()
	for session, at in pairs(heard) do
		if now() - at > silence_seconds then
			heard[session] = nil;
			module:log("warn", "finesse has been silent for %d seconds", silence_seconds);
			session:close({ condition = "connection-timeout", text = "silent for too long" });
			-- A peer that hangs takes no leave.
			timer.add_task(1, function () if session.conn then session.conn:close(); end end);
		end
	end
	return 1;
end);
