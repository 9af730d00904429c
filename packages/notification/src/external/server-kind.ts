import type { NotificationServiceConfig } from '../config.js';

/** The XMPP servers that a node can use in place of the embedded service. */
export const externalServers = ['prosody', 'ejabberd', 'ejabberd-cluster'] as const;
/** One of `externalServers`. */
export type ExternalServerName = (typeof externalServers)[number];

/** What an external server is set up from: the embedded service's configuration, and where passwords are checked. */
export interface ExternalServerConfig extends NotificationServiceConfig {
  external: {
    server: ExternalServerName;
    /** REST URL of the node that knows the agents' passwords. */
    restUrl: string;
    /** Certificate (PEM) that the node's is verified against. */
    restCaFile?: string | undefined;
    /** Of a member of an ejabberd cluster. */
    cluster?: ClusterMember | undefined;
  };
}

/** A member of a cluster. `host` of its configuration is its own address, which no other member has. */
export interface ClusterMember {
  /** The members' addresses, all the same in every member's configuration. The first makes what the others join. */
  members: readonly string[];
  /** Where every member listens for the others (Erlang distribution), each at its own address. */
  port: number;
}

/** A server as it is run: which program, with what, from which files. */
export interface ServerRun {
  program: string;
  args: string[];
  env: Record<string, string>;
  /** Name in the server's directory, and content. */
  files: Record<string, string>;
  /** The Debian package that has the program. */
  debianPackage: string;
  /** What is left to do once it listens: accounts, rosters. */
  afterStart?: () => Promise<void>;
}
