/**
 * Where the nodes are and who signs in, from the environment: FINESSE_NODES (REST URLs, the node to try first at the
 * front), FINESSE_USER, FINESSE_PASSWORD, FINESSE_EXTENSION, FINESSE_WS_PORT where the WebSocket is on another port than
 * REST (7443 before 12.6 and in the lab).
 * @returns {import('@finesse-ha/client').ClientOptions}
 */
export function settings() {
  const { FINESSE_NODES, FINESSE_USER, FINESSE_PASSWORD, FINESSE_EXTENSION, FINESSE_WS_PORT } = process.env;
  if (!FINESSE_NODES || !FINESSE_USER || !FINESSE_PASSWORD) {
    console.error(
      'FINESSE_NODES, FINESSE_USER and FINESSE_PASSWORD must be set; see the README beside this example.',
    );
    process.exit(2);
  }
  return {
    nodes: FINESSE_NODES.split(','),
    user: FINESSE_USER,
    password: FINESSE_PASSWORD,
    extension: FINESSE_EXTENSION,
    ...(FINESSE_WS_PORT && { notification: { webSocket: { port: Number(FINESSE_WS_PORT) } } }),
  };
}
