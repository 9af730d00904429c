import type { Subject, SubjectName } from './subject.js';

/** The library and what an application writes around it; nothing is loaded of the others. */
export async function loadSubject(name: SubjectName): Promise<Subject> {
  switch (name) {
    case 'finesse-ha':
      return (await import('./finesse-ha.js')).subject;
    case '@xmpp/client':
      return (await import('./xmpp-js.js')).subject;
    case 'strophe.js':
      return (await import('./strophe.js')).subject;
    case 'stanza':
      return (await import('./stanza.js')).subject;
  }
}
