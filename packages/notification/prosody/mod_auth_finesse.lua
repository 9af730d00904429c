-- Who may log in to the notification service, as the Finesse node itself decides it: an agent's password is good when the
-- node's REST API takes it (dev guide 12.5, "User - Get user"), the password of `finesse` stands in the configuration.
--
-- finesse_password    of the user `finesse`
-- finesse_agents      ids of the agents, as { ["1001001"] = true }
-- finesse_rest_url    of the node, such as https://finesse-a.example.com:8445
-- finesse_rest_ca     file of the certificate that the node's is verified against; only for https

local async = require "util.async";
local base64 = require "util.encodings".base64;
local certmanager = require "core.certmanager";
local http = require "net.http";
local new_sasl = require "util.sasl".new;
local secure_equals = require "util.hashes".equals;
local timer = require "util.timer";

local finesse_user = "finesse";
local finesse_password = assert(module:get_option_string("finesse_password"), "finesse_password is missing");
local agents = module:get_option("finesse_agents", {});
local rest_url = assert(module:get_option_string("finesse_rest_url"), "finesse_rest_url is missing");
local ca_file = module:get_option_string("finesse_rest_ca");

local ask_again_seconds = 0.5;
-- By then every client has given up.
local give_up_seconds = 30;

local tls_context;
if ca_file then
	tls_context = assert(certmanager.create_context("finesse_rest", "client", {
		cafile = ca_file, verify = { "peer", "fail_if_no_peer_cert" },
		-- Without Prosody's own leniency: a certificate of anybody else ends the handshake.
		verifyext = { lsec_continue = false },
	}));
end
-- Prosody knows no IP addresses in certificates; there the named authority alone is what is verified.
local is_address = rest_url:match("^https://[%d.]+:?%d*$") ~= nil or rest_url:match("^https://%[") ~= nil;
local client = http.new({ sslctx = tls_context });

local function sleep(seconds)
	local wait, done = async.waiter();
	timer.add_task(seconds, done);
	wait();
end

local function ask(username, password)
	local wait, done = async.waiter();
	local status;
	client:request(rest_url .. "/finesse/api/User/" .. username, {
		insecure = is_address and tls_context ~= nil;
		headers = { ["Authorization"] = "Basic " .. base64.encode(username .. ":" .. password), ["Accept"] = "application/xml" };
	}, function (body, code)
		if code == 0 then module:log("warn", "asking the node: %s", body); end
		status = code;
		done();
	end);
	wait();
	return status;
end

-- A node that does not answer has not said that the password is wrong: the login waits, and no client is told to give up.
local function node_accepts(username, password)
	local until_time = os.time() + give_up_seconds;
	repeat
		local status = ask(username, password);
		if status == 200 then return true; end
		if status == 401 or status == 403 or status == 404 then return false; end
		sleep(ask_again_seconds);
	until os.time() > until_time;
	module:log("warn", "the node did not say whether the password of %s is right", username);
	return false;
end

local provider = {};

function provider.test_password(username, password)
	if username == finesse_user then return secure_equals(password, finesse_password); end
	if not agents[username] then return nil, "no such agent"; end
	if node_accepts(username, password) then return true; end
	return nil, "the node refuses the password";
end

function provider.user_exists(username)
	return username == finesse_user or agents[username] == true;
end

function provider.get_password() return nil, "passwords are the node's"; end
function provider.set_password() return nil, "passwords are the node's"; end
function provider.create_user() return nil, "users are the node's"; end
function provider.delete_user() return nil, "users are the node's"; end

function provider.get_sasl_handler()
	return new_sasl(module.host, {
		plain_test = function (_, username, password)
			return provider.test_password(username, password) == true, true;
		end;
	});
end

module:provides("auth", provider);
