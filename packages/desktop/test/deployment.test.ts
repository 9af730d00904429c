import { describe, expect, test } from 'vitest';
import { checkDeployment } from '../src/deployment.ts';
import { nodeNames } from '../src/node-names.ts';

const node = {
  name: 'primary',
  restUrl: 'https://fin-a.example:8445',
  webSocketUrl: 'wss://fin-a.example:8445/ws',
  domain: 'fin-a.example',
};

describe('deployment.json', () => {
  test('gives the nodes, and a lab where there is one', () => {
    const lab = { controlUrl: 'http://127.0.0.1:9000' };
    expect(checkDeployment({ nodes: [node] })).toEqual({ nodes: [node] });
    expect(checkDeployment({ nodes: [node], lab, later: 1 })).toEqual({ nodes: [node], lab });
  });

  test.each([
    [null, '(all) must be an object'],
    [{}, 'nodes must be a list'],
    [{ nodes: [] }, 'nodes must be a list'],
    [{ nodes: [{ ...node, restUrl: 'fin-a' }] }, 'nodes[0].restUrl is not a URL'],
    [{ nodes: [node, { ...node, domain: 7 }] }, 'nodes[1].domain must be a text'],
    [{ nodes: [node], lab: {} }, 'lab.controlUrl must be a text'],
  ])('is refused with what is wrong: %j', (value, problem) => {
    expect(() => checkDeployment(value)).toThrow(problem);
  });
});

test('a node is called by its role, and one that nobody told of by its host', () => {
  const name = nodeNames({ nodes: [node] });
  expect(name(node.restUrl)).toEqual({ inText: 'the primary node', short: 'Primary' });
  expect(name('https://fin-c.example:8445').short).toBe('fin-c.example:8445');
});
