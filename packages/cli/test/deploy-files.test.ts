/** The files under deploy/: what can be said of them without running a container. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDeploymentFile } from '@finesse-ha/lab';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const deploy = resolve(root, 'deploy');
const environment = {
  FINESSE_HA_PEER_SECRET: 'a-secret-of-16-or-more',
  FINESSE_HA_FINESSE_SECRET: 'another-secret-of-16',
  FINESSE_HA_TLS: '/certificates',
};

interface Service {
  readonly build: { readonly context: string; readonly dockerfile: string };
  readonly user: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly networks: { readonly pair: { readonly aliases: readonly string[] } };
}

const text = (path: string) => readFileSync(resolve(deploy, path), 'utf8');

describe('compose.yaml', () => {
  const { services } = parse(text('compose.yaml'), { merge: true }) as { services: Record<string, Service> };

  it.each(Object.entries(services))(
    '%s runs unprivileged on a read-only root, from files that exist',
    (_name, service) => {
      expect(service).toMatchObject({ user: '10001:10001', read_only: true, cap_drop: ['ALL'] });
      const context = resolve(deploy, service.build.context);
      expect(existsSync(resolve(context, service.build.dockerfile))).toBe(true);
      expect(Object.keys(service.environment).sort()).toEqual(Object.keys(environment).sort());
      const mounted = service.volumes
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((path) => path.startsWith('.'));
      expect(mounted.map((path) => [path, existsSync(resolve(deploy, path))])).toEqual(
        mounted.map((path) => [path, true]),
      );
    },
  );

  it.each(Object.entries(services))(
    '%s has a deployment that is valid and reached by its name',
    (_name, service) => {
      const source =
        service.volumes.find((volume) => volume.endsWith('deployment.yaml:ro'))?.split(':')[0] ?? '';
      const deployment = readDeploymentFile(resolve(deploy, source), environment);
      const own = deployment.run.some((component) => component.startsWith('primary'))
        ? 'primary'
        : 'secondary';
      expect(service.networks.pair.aliases).toEqual([deployment.nodes[own].host]);
      // The container's health check asks the web host here.
      expect(deployment.management[`${own}-web-host`]).toEqual({ host: '127.0.0.1', port: 9473 });
    },
  );
});

describe('Dockerfile', () => {
  const lines = text('Dockerfile').split('\n');
  const of = (instruction: string) => lines.filter((line) => line.startsWith(`${instruction} `));

  it('builds in one stage, runs another as nobody special, and pins what it starts from', () => {
    expect(of('FROM')).toHaveLength(2);
    for (const from of of('FROM')) expect(from).toMatch(/:\d+\.\d+\S*( AS \w+)?$/);
    expect(of('USER').at(-1)).toBe('USER 10001:10001');
    expect(of('ADD')).toEqual([]);
    const command = JSON.parse(of('ENTRYPOINT')[0]?.slice('ENTRYPOINT '.length) ?? '[]') as string[];
    expect(existsSync(resolve(root, command[1] ?? ''))).toBe(true);
    const [node] =
      of('FROM')
        .at(-1)
        ?.match(/\d+\.\d+/) ?? [];
    const { engines } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).toBe(`>=${node}`);
  });
});

describe('finesse-ha.service', () => {
  const unit = resolve(deploy, 'systemd/finesse-ha.service');

  it('names commands that exist', () => {
    const commands = [...readFileSync(unit, 'utf8').matchAll(/^ExecStart(?:Pre)?=(.*)$/gm)].map(
      ([, command]) => command ?? '',
    );
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      const [, script = '', serve] = command.split(' ');
      expect(existsSync(resolve(root, script.replace('/opt/finesse-ha/', '')))).toBe(true);
      expect(serve).toBe('serve');
    }
    expect(existsSync(resolve(root, 'docs/operations.md'))).toBe(true);
  });

  it.skipIf(spawnSync('systemd-analyze', ['--version']).status !== 0 || !existsSync('/usr/bin/node'))(
    'passes systemd-analyze verify',
    () => {
      const { stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
      expect(stderr.split('\n').filter((line) => line.includes('finesse-ha.service'))).toEqual([]);
    },
  );
});
