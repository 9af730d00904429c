import { describe, expect, it } from 'vitest';
import { corsHeaders, isForged, isPreflight, preflightHeaders } from '../src/web-host/cors.ts';

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

  it('tells a forged request from one of its own page, of an allowed page and of no page', () => {
    const own = { origin: 'https://fin-a.example:8445', host: 'fin-a.example:8445' };
    expect(isForged('PUT', own, [])).toBe(false);
    expect(isForged('PUT', { host: own.host }, [])).toBe(false);
    expect(isForged('PUT', { ...own, origin: 'https://crm.example' }, ['https://crm.example'])).toBe(false);
    expect(isForged('PUT', { ...own, origin: 'https://evil.example' }, ['https://crm.example'])).toBe(true);
    expect(isForged('DELETE', { ...own, origin: 'null' }, [])).toBe(true);
    expect(isForged('GET', { ...own, origin: 'https://evil.example' }, [])).toBe(false);
  });

  it('knows a preflight and allows what the client sends', () => {
    expect(isPreflight('OPTIONS', { origin: 'x', 'access-control-request-method': 'PUT' })).toBe(true);
    expect(isPreflight('OPTIONS', { origin: 'x' })).toBe(false);
    expect(isPreflight('GET', { origin: 'x', 'access-control-request-method': 'PUT' })).toBe(false);
    const allowed = preflightHeaders()['access-control-allow-headers'];
    for (const name of ['authorization', 'requestid', 'content-type']) expect(allowed).toContain(name);
  });
});
