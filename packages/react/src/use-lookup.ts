import type { AgentClient } from '@finesse-ha/client';
import { useEffect, useState } from 'react';
import { useAvailability, useFinesse } from './hooks.js';

/** Something that is fetched once: reasons, contacts. What was fetched stays while a failure lasts. */
export type Lookup<T> = { state: 'loading' } | { state: 'failed' } | { state: 'there'; value: T };

/** What the whole page has looked up, by client: opening a menu again must not wait again. */
const kept = new WeakMap<AgentClient, Map<string, unknown>>();

/**
 * Fetches something as soon as a node is in service, and again after a failure that came between.
 * @param key names what is looked up; the same key is fetched once per client
 * @param load must not depend on anything but the client and the key
 */
export function useLookup<T>(key: string, load: (client: AgentClient) => Promise<T>): Lookup<T> {
  const client = useFinesse();
  const inService = useAvailability().status === 'in-service';
  const known = kept.get(client)?.get(key) as T | undefined;
  const [failed, setFailed] = useState(false);
  const [, setLoaded] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `load` is the same work for the same key.
  useEffect(() => {
    if (!inService || known !== undefined) return;
    let current = true;
    load(client).then(
      (value) => {
        const values = kept.get(client) ?? new Map<string, unknown>();
        kept.set(client, values.set(key, value));
        if (!current) return;
        setFailed(false);
        setLoaded((times) => times + 1);
      },
      () => {
        if (current) setFailed(true);
      },
    );
    return () => {
      current = false;
    };
  }, [client, key, inService, known]);

  if (known !== undefined) return { state: 'there', value: known };
  return failed ? { state: 'failed' } : { state: 'loading' };
}
