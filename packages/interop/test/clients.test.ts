/** Other people's clients, unmodified, at our nodes: each logs in as an agent and does what an agent's client must. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FinesseRest } from '@finesse-ha/client';
import { externalServers } from '@finesse-ha/notification';
import { type Lab, startLab } from '@finesse-ha/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slixmpp } from './clients/slixmpp.ts';
import { stanza } from './clients/stanza.ts';
import { strophe } from './clients/strophe.ts';
import type { Account, Visitor } from './clients/visitor.ts';
import { xmppJs } from './clients/xmpp-js.ts';
