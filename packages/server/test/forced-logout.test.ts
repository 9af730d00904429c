import { describe, expect, it } from 'vitest';
import { ForcedLogout, type PeerSighting } from '../src/web-app/forced-logout.ts';

/** A world around forced logout whose facts the test sets; `until` waits for a decision. */
function world(graceMs: number) {
  const facts = {
    present: new Set<string>(),
    signedIn: new Set(['ada']),
    canAct: true,
    peer: { present: false, goneForMs: null } as PeerSighting | 'unclear',
  };
  const decisions: string[] = [];
  const forced: string[] = [];
  const questions: (PeerSighting | 'unclear')[] = [];
  const waiting = new Map<string, () => void>();
  let asked = () => {};
  const whenAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const logout = new ForcedLogout({
    graceMs,
    askAgainMs: 2,
    isPresent: (id) => facts.present.has(id),
    isSignedIn: (id) => facts.signedIn.has(id),
    canAct: () => facts.canAct,
    askPeer: async () => {
      questions.push(facts.peer);
      asked();
      return facts.peer;
    },
    force: (id) => forced.push(id),
    decided: (id, decision) => {
      decisions.push(`${id} ${decision}`);
      waiting.get(decision)?.();
    },
    now: () => performance.now(),
  });
  return {
    facts,
    forced,
    decisions,
    questions,
    logout,
    whenAsked,
    comes() {
      facts.present.add('ada');
      logout.presenceChanged('ada');
    },
    goes() {
      facts.present.delete('ada');
      logout.presenceChanged('ada');
    },
    until: (decision: string) => new Promise<void>((resolve) => waiting.set(decision, resolve)),
  };
}

describe('forced logout', () => {
  it('logs out an agent whose presence stays gone', async () => {
    const { comes, goes, until, forced } = world(5);
    comes();
    const done = until('forced');
    goes();
    await done;
    expect(forced).toEqual(['ada']);
  });

  it('lets the agent be that returns in time', () => {
    const { comes, goes, decisions, logout } = world(60_000);
    comes();
    goes();
    comes();
    expect(decisions).toEqual(['ada waiting', 'ada returned']);
    expect(logout.sighting('ada')).toEqual({ present: true, goneForMs: null });
  });

  it('never judges an agent whose presence it has not seen', () => {
    const { goes, logout } = world(60_000);
    goes();
    logout.linkUp();
    expect(logout.sighting('ada')).toEqual({ present: false, goneForMs: null });
  });

  it('leaves an agent alone that is present at the peer, and forgets it', async () => {
    const { comes, goes, until, forced, facts, logout } = world(5);
    facts.peer = { present: true, goneForMs: null };
    comes();
    const done = until('at-peer');
    goes();
    await done;
    logout.linkUp();
    expect(forced).toEqual([]);
    expect(logout.sighting('ada').goneForMs).toBeNull();
  });

  it('leaves the judgement to the node that lost the agent last', async () => {
    const { comes, goes, until, forced, facts } = world(5);
    facts.peer = { present: false, goneForMs: 0 };
    comes();
    const done = until('at-peer');
    goes();
    await done;
    expect(forced).toEqual([]);
  });

  it('judges itself an agent that the peer lost earlier', async () => {
    const { comes, goes, until, forced, facts } = world(5);
    facts.peer = { present: false, goneForMs: 1_000_000 };
    comes();
    const done = until('forced');
    goes();
    await done;
    expect(forced).toEqual(['ada']);
  });

  it('asks a peer again that did not tell, and judges without it in the end', async () => {
    const { comes, goes, until, forced, facts, questions } = world(5);
    facts.peer = 'unclear';
    comes();
    const done = until('forced');
    goes();
    await done;
    expect(questions).toEqual(['unclear', 'unclear', 'unclear']);
    expect(forced).toEqual(['ada']);
  });

  it('believes a peer that tells at last', async () => {
    const { comes, goes, until, forced, facts, whenAsked } = world(5);
    facts.peer = 'unclear';
    comes();
    const done = until('at-peer');
    goes();
    await whenAsked;
    facts.peer = { present: true, goneForMs: null };
    await done;
    expect(forced).toEqual([]);
  });

  it('does nothing to an agent that is signed out', async () => {
    const { comes, goes, until, forced, facts } = world(5);
    facts.signedIn.clear();
    comes();
    const done = until('not-signed-in');
    goes();
    await done;
    expect(forced).toEqual([]);
  });

  it('waits with the judgement until the node can act', async () => {
    const { comes, goes, until, forced, facts, logout } = world(5);
    facts.canAct = false;
    comes();
    const deferred = until('deferred');
    goes();
    await deferred;
    expect(forced).toEqual([]);
    facts.canAct = true;
    const done = until('forced');
    logout.resume();
    await done;
    expect(forced).toEqual(['ada']);
  });

  it('spares an agent that returns while the peer is asked', async () => {
    const { comes, goes, until, forced, whenAsked, decisions } = world(5);
    comes();
    const returned = until('returned');
    goes();
    await whenAsked;
    comes();
    await returned;
    expect(forced).toEqual([]);
    expect(decisions).toEqual(['ada waiting', 'ada returned']);
  });

  it('judges nobody while it is blind, and gives everyone the whole grace afterwards', async () => {
    const { comes, goes, until, forced, logout, facts } = world(5);
    comes();
    goes();
    logout.linkDown();
    expect(logout.sighting('ada').goneForMs).toBeNull();
    facts.present.clear();
    const done = until('forced');
    logout.linkUp();
    await done;
    expect(forced).toEqual(['ada']);
  });
});
