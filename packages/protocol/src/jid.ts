/** A JID in its three parts (RFC 7622 3.1). `local` and `domain` are in lower case, as Finesse treats user ids. */
export interface Jid {
  local: string;
  domain: string;
  resource: string | undefined;
}

/** The XMPP user as which the web app is logged in (dev guide 12.5 p.377). */
export const finesseUser = 'finesse';

/** Octets of each part at most (RFC 7622 3.1). Counted in characters, which is the same for everything that Finesse has. */
const maxPart = 1023;

/** Takes a JID apart; null when it is none. A missing local part gives an empty one (a server, a service). */
export function parseJid(text: string): Jid | null {
  const slash = text.indexOf('/');
  const bare = slash === -1 ? text : text.slice(0, slash);
  const resource = slash === -1 ? undefined : text.slice(slash + 1);
  const at = bare.indexOf('@');
  const local = at === -1 ? '' : bare.slice(0, at);
  const domain = bare.slice(at + 1);
  if (Math.max(local.length, domain.length, resource?.length ?? 0) > maxPart) return null;
  if (domain === '' || at === 0 || resource === '' || /[\s"&'/:<>@]/.test(local) || /[\s<>@/]/.test(domain))
    return null;
  return { local: local.toLowerCase(), domain: domain.toLowerCase(), resource };
}

/** The text of a JID. */
export function formatJid(jid: Jid): string {
  const bare = jid.local === '' ? jid.domain : `${jid.local}@${jid.domain}`;
  return jid.resource === undefined ? bare : `${bare}/${jid.resource}`;
}

/** The JID without its resource. Text that is no JID comes back as it is. */
export function bareJid(text: string): string {
  const jid = parseJid(text);
  return jid === null ? text : formatJid({ ...jid, resource: undefined });
}

/** An agent's bare JID on a node: user id at the node's XMPP domain (dev guide 12.5 p.346). */
export function agentJid(id: string, domain: string): string {
  return `${id.toLowerCase()}@${domain}`;
}

/** The pubsub service of a domain, where SystemInfo does not name it (dev guide 12.5 p.346). */
export function pubSubDomain(domain: string): string {
  return `pubsub.${domain}`;
}
