/** `npm run docs:failover`: writes what comes from the code into docs/failover.md. A test tells when that is due. */
import { readFileSync, writeFileSync } from 'node:fs';
import { failoverPage } from '@finesse-ha/proof';

const file = new URL('../../docs/failover.md', import.meta.url);
writeFileSync(file, failoverPage(readFileSync(file, 'utf8')));
