import { describe, expect, it } from 'vitest';
import { corsHeaders, isPreflight, preflightHeaders } from '../src/web-host/cors.ts';

describe('CORS', () => {
  it('is off by default', () => {
    expect(corsHeaders('https://desk.test', [])).toEqual({});
  });

  it('allows a listed origin and lets it read what a client needs', () => {
    const headers = corsHeaders('https://desk.test', ['https://desk.test']);
    expect(headers['access-control-allow-origin']).toBe('https://desk.test');
    expect(headers['access-control-expose-headers']).toContain('Retry-After');
    expect(headers.vary).toBe('Origin');
  });

  it('gives another origin nothing, and says that the answer depends on it', () => {
    expect(corsHeaders('https://evil.test', ['https://desk.test'])).toEqual({ vary: 'Origin' });
  });

  it('knows a preflight and allows what the client sends', () => {
    expect(isPreflight('OPTIONS', { origin: 'x', 'access-control-request-method': 'PUT' })).toBe(true);
    expect(isPreflight('OPTIONS', { origin: 'x' })).toBe(false);
    expect(isPreflight('GET', { origin: 'x', 'access-control-request-method': 'PUT' })).toBe(false);
    const allowed = preflightHeaders()['access-control-allow-headers'];
    for (const name of ['authorization', 'requestid', 'content-type']) expect(allowed).toContain(name);
  });
});
