import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Finesse client in one file of Java 17 that fails over, over XMPP on WebSocket (RFC 7395), for
 * {@code finesse-ha conformance -- java Client.java}. It leaves a node when the connection ends or is silent, when
 * {@code finesse} becomes unavailable, and when SystemInfo does not say IN_SERVICE twice running.
 */
public final class Client {
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    private static final long POLL_MS = 3_000;
    private static final long SILENCE_MS = 10_000;
    private static final long LONGEST_PAUSE_MS = 8_000;
    private static final String USER = System.getenv("FINESSE_USER");
    private static final String PASSWORD = System.getenv("FINESSE_PASSWORD");
    private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    record Node(String url, String webSocketUrl, String domain) {
        static Node named(String name) {
            String prefix = "FINESSE_" + name + "_";
            return new Node(System.getenv(prefix + "URL"), System.getenv(prefix + "WS_URL"), System.getenv(prefix + "DOMAIN"));
        }

        boolean inService() {
            try {
                return get("/finesse/api/SystemInfo").contains("<status>IN_SERVICE</status>");
            } catch (Exception unreachable) {
                return false;
            }
        }

        String get(String path) throws Exception {
            return send(HttpRequest.newBuilder(URI.create(url + path)).GET());
        }

        String put(String path, String body) throws Exception {
            return send(HttpRequest.newBuilder(URI.create(url + path))
                    .header("Content-Type", "application/xml")
                    .PUT(HttpRequest.BodyPublishers.ofString(body)));
        }

        private String send(HttpRequest.Builder request) throws Exception {
            byte[] credentials = (USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials)).timeout(PATIENCE);
            HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() >= 300) throw new IllegalStateException("HTTP " + response.statusCode());
            return response.body();
        }
    }

    /** One XMPP session. What arrives waits in a queue; an empty text says that the connection is over. */
    static final class Session implements WebSocket.Listener, AutoCloseable {
        private final LinkedBlockingQueue<String> arrived = new LinkedBlockingQueue<>();
        private final StringBuilder partial = new StringBuilder();
        private final Node node;
        private final WebSocket socket;

        Session(Node node) throws Exception {
            this.node = node;
            socket = HTTP.newWebSocketBuilder().subprotocols("xmpp").connectTimeout(PATIENCE)
                    .buildAsync(URI.create(node.webSocketUrl()), this).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                arrived.add(partial.toString());
                partial.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            arrived.add("");
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            arrived.add("");
        }

        void join() throws Exception {
            open();
            String plain = Base64.getEncoder().encodeToString(("\0" + USER + "\0" + PASSWORD).getBytes(StandardCharsets.UTF_8));
            send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + plain + "</auth>");
            expect("<success");
            open();
            send("<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                    + "<resource>java</resource></bind></iq>");
            Matcher jid = Pattern.compile("<jid>([^<]+)</jid>").matcher(expect("<jid>"));
            if (!jid.find()) throw new IllegalStateException("no JID");
            send("<presence xmlns='jabber:client'/>");
            String team = "/finesse/api/Team/" + System.getenv("FINESSE_TEAM_ID") + "/Users";
            send("<iq xmlns='jabber:client' type='set' id='team' to='pubsub." + node.domain() + "'>"
                    + "<pubsub xmlns='http://jabber.org/protocol/pubsub'><subscribe node='" + team + "' jid='" + jid.group(1)
                    + "'/></pubsub></iq>");
            expect("subscribed");
        }

        /** Returns when the node is to be left. */
        void watch() throws Exception {
            long heardAt = System.nanoTime();
            long pollAt = System.nanoTime();
            int strikes = 0;
            while (strikes < 2 && System.nanoTime() - heardAt < TimeUnit.MILLISECONDS.toNanos(SILENCE_MS)) {
                String text = arrived.poll(POLL_MS, TimeUnit.MILLISECONDS);
                if (text != null) {
                    if (text.isEmpty() || finesseIsGone(text)) return;
                    heardAt = System.nanoTime();
                }
                if (System.nanoTime() < pollAt) continue;
                pollAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(POLL_MS);
                strikes = node.inService() ? 0 : strikes + 1;
                send("<iq xmlns='jabber:client' type='get' id='ping' to='" + node.domain() + "'><ping xmlns='urn:xmpp:ping'/></iq>");
            }
        }

        private static boolean finesseIsGone(String text) {
            return text.startsWith("<presence") && text.contains("finesse@") && text.contains("unavailable");
        }

        private void open() throws Exception {
            send("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='" + node.domain() + "' version='1.0'/>");
            expect("features");
        }

        private void send(String text) throws Exception {
            socket.sendText(text, true).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }

        private String expect(String part) throws Exception {
            for (;;) {
                String text = arrived.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                if (text == null || text.isEmpty()) throw new IllegalStateException("no " + part);
                if (text.contains(part)) return text;
                if (text.contains("<failure")) throw new IllegalStateException(text);
            }
        }

        /** Whoever still listens is told; a silent link is not waited for. */
        @Override
        public void close() {
            CompletableFuture.allOf(socket.sendText("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", true)
                            .orTimeout(500, TimeUnit.MILLISECONDS))
                    .handle((done, error) -> null).join();
            socket.abort();
        }
    }

    private static void signIn(Node node) throws Exception {
        String path = "/finesse/api/User/" + USER;
        if (!node.get(path).contains("<state>LOGOUT</state>")) return;
        node.put(path, "<User><state>LOGIN</state><extension>" + System.getenv("FINESSE_EXTENSION") + "</extension></User>");
    }

    public static void main(String[] arguments) throws Exception {
        List<Node> nodes = List.of(Node.named("PRIMARY"), Node.named("SECONDARY"));
        long pauseMs = 500;
        for (int turn = 0;; turn++) {
            Node node = nodes.get(turn % 2);
            if (node.inService()) {
                try (Session session = new Session(node)) {
                    session.join();
                    signIn(node);
                    pauseMs = 500;
                    session.watch();
                } catch (Exception error) {
                    System.out.println(node.domain() + ": " + error);
                }
            }
            // The other one is asked at once; only after both is there a pause.
            if (turn % 2 == 0) continue;
            Thread.sleep(ThreadLocalRandom.current().nextLong(pauseMs / 2, pauseMs));
            pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
        }
    }
}
