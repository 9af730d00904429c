import {
  type ClientStreamOptions,
  clientKey,
  fromBase64,
  fromUtf8,
  hmac,
  NS,
  type ScramHash,
  type StreamOutput,
  saltedPassword,
  scramAttributes,
  serverKey,
  storedKey,
  toBase64,
  utf8,
  XmppClientStream,
  xor,
} from '../../src/index.js';

/** A client's stream and everything that it put out. The test is the server and says what it likes. */
export class Dialogue {
  readonly outputs: StreamOutput[] = [];
  readonly stream: XmppClientStream;
  /** The first words of the server's stream. */
  readonly open: string;
  readonly #listeners = new Set<() => void>();

  constructor(framing: 'tcp' | 'websocket', options: Partial<ClientStreamOptions> = {}) {
    this.open =
      framing === 'tcp'
        ? `<?xml version="1.0"?><stream:stream xmlns="${NS.client}" xmlns:stream="${NS.stream}" version="1.0" id="1">`
        : `<open xmlns="${NS.framing}" version="1.0"/>`;
    this.stream = new XmppClientStream(
      {
        framing,
        domain: 'fin-a',
        username: '1001',
        password: 'pw',
        resource: 'r',
        secure: true,
        startTls: 'never',
        allowPlainWithoutTls: false,
        ...options,
      },
      (output) => {
        this.outputs.push(output);
        for (const listener of this.#listeners) listener();
      },
    );
  }

  get last(): StreamOutput | undefined {
    return this.outputs.at(-1);
  }

  /** What the client sent, oldest first. */
  get sent(): string[] {
    return this.outputs.flatMap((output) => (output.type === 'send' ? [output.data] : []));
  }

  /** Starts the stream, and says the first words. */
  begin(...texts: string[]): void {
    this.stream.start();
    this.say(this.open, ...texts);
  }

  say(...texts: string[]): void {
    for (const text of texts) this.stream.receive(text);
  }

  /** Logs in with PLAIN and binds. */
  goOnline(): void {
    this.begin(mechanisms('PLAIN'), success());
    this.say(this.open, bindFeature(), bound);
  }

  /** The next thing that is sent, and matches. */
  async nextSent(pattern: RegExp): Promise<string> {
    return this.#next(() => this.sent.find((text) => pattern.test(text)));
  }

  async next<T extends StreamOutput['type']>(type: T): Promise<Extract<StreamOutput, { type: T }>> {
    return this.#next(() => this.outputs.find((output) => output.type === type)) as Promise<
      Extract<StreamOutput, { type: T }>
    >;
  }

  #next<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const listener = () => {
        const found = find();
        if (found === undefined) return;
        this.#listeners.delete(listener);
        resolve(found);
      };
      this.#listeners.add(listener);
      listener();
    });
  }
}

const saslElement = (name: string, content = '') => `<${name} xmlns="${NS.sasl}">${content}</${name}>`;
export const success = (content = '') => saslElement('success', content);
export const challenge = (content: string) => saslElement('challenge', content);
export const failure = (content: string) => saslElement('failure', content);
export const features = (...inner: string[]) =>
  `<stream:features xmlns:stream="${NS.stream}">${inner.join('')}</stream:features>`;
export const mechanisms = (...names: string[]) =>
  features(saslElement('mechanisms', names.map((name) => `<mechanism>${name}</mechanism>`).join('')));
export const tlsFeature = (content = '') => features(`<starttls xmlns="${NS.tls}">${content}</starttls>`);
export const proceed = `<proceed xmlns="${NS.tls}"/>`;
export const bindFeature = (...more: string[]) => features(`<bind xmlns="${NS.bind}"/>`, ...more);
export const bound = `<iq xmlns="${NS.client}" type="result" id="bind"><bind xmlns="${NS.bind}"><jid>1001@fin-a/r</jid></bind></iq>`;
export const streamError = (...content: string[]) =>
  `<stream:error xmlns:stream="${NS.stream}">${content.join('')}</stream:error>`;
export const iqError = (id: string, ...content: string[]) =>
  `<iq xmlns="${NS.client}" type="error" id="${id}"><error type="cancel">${content.join('')}</error></iq>`;

/** The server half of SCRAM (RFC 5802 3) for one client, computed and not written down. */
export class ScriptedScram {
  readonly #hash: ScramHash;
  readonly #salt = utf8('a salt of the test');
  readonly #iterations = 10;
  #firstBare = '';
  #serverFirst = '';

  constructor(hash: ScramHash) {
    this.#hash = hash;
  }

  /** The challenge that answers `<auth>`. */
  first(auth: string): string {
    this.#firstBare = fromUtf8(fromBase64(contentOf(auth))).slice('n,,'.length);
    const nonce = `${scramAttributes(this.#firstBare).get('r')}-and-ours`;
    this.#serverFirst = `r=${nonce},s=${toBase64(this.#salt)},i=${this.#iterations}`;
    return toBase64(utf8(this.#serverFirst));
  }

  /** Checks the proof in `<response>`; gives the server's own, or null when the password was another. */
  async final(response: string, password: string): Promise<string | null> {
    const hash = this.#hash;
    const message = fromUtf8(fromBase64(contentOf(response)));
    const [withoutProof = '', proof = ''] = message.split(',p=');
    const salted = await saltedPassword(hash, password, this.#salt, this.#iterations);
    const stored = await storedKey(hash, await clientKey(hash, salted));
    const authMessage = utf8(`${this.#firstBare},${this.#serverFirst},${withoutProof}`);
    const signature = await hmac(hash, stored, authMessage);
    const key = await storedKey(hash, xor(fromBase64(proof), signature));
    if (toBase64(key) !== toBase64(stored)) return null;
    const verifier = await hmac(hash, await serverKey(hash, salted), authMessage);
    return toBase64(utf8(`v=${toBase64(verifier)}`));
  }
}

function contentOf(element: string): string {
  return /^<[^>]*>([^<]*)</.exec(element)?.[1] ?? '';
}
