/** The "servlet" bridge: what the web host and the web app in its worker thread say to each other over a MessagePort. */

/** A request handed to the web app. Header names are lower-case. */
export interface AppRequest {
  readonly type: 'request';
  readonly id: number;
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** The web app's answer. */
export interface AppResponse {
  readonly type: 'response';
  readonly id: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** From the host to the web app. `abandoned`: its client has gone. `stop`: leave in good order. */
export type ToApp =
  | AppRequest
  | { readonly type: 'abandoned'; readonly id: number }
  | { readonly type: 'stop' };

/** From the web app to the host. `up`: it takes requests from now on. */
export type FromApp =
  | AppResponse
  | { readonly type: 'up' }
  | { readonly type: 'stopped' }
  /** The assessment that SystemInfo tells. */
  | { readonly type: 'service'; readonly status: string; readonly reason: string };

/** The web app as its host sees it. */
export type WebAppState = 'down' | 'starting' | 'up';
