/** @xmpp/client ships no types; this is what the tests use of it. */
declare module '@xmpp/client' {
  import type { Element } from 'ltx';

  interface XmppClient {
    readonly jid: { toString(): string };
    readonly iqCaller: { request(iq: Element): Promise<Element> };
    readonly reconnect: { stop(): void };
    on(event: 'stanza', listener: (stanza: Element) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    on(event: 'connecting' | 'disconnect' | 'online', listener: () => void): void;
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
    send(stanza: Element): Promise<void>;
  }
  export function client(options: {
    service: string;
    domain?: string;
    username: string;
    password: string;
    resource?: string;
  }): XmppClient;
  export function xml(name: string, attrs?: Record<string, string>, ...children: unknown[]): Element;
}
