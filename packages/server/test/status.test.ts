import { describe, expect, it } from 'vitest';
import { type Assessment, assess, ServiceStatus } from '../src/web-app/status.ts';

describe('service status', () => {
  it('is in service only when all dependencies are met', () => {
    for (let bits = 0; bits < 16; bits += 1) {
      const [ctiOpen, agentsQueried, callsRestored, presenceUp] = [1, 2, 4, 8].map(
        (bit) => (bits & bit) !== 0,
      ) as [boolean, boolean, boolean, boolean];
      const { status, statusReason } = assess({
        ctiOpen,
        agentsQueried,
        callsRestored,
        presenceUp,
        maintenance: false,
      });
      expect(status).toBe(bits === 15 ? 'IN_SERVICE' : 'OUT_OF_SERVICE');
      expect(statusReason === '').toBe(bits === 15);
    }
  });

  it('tells each change once, with its reason', () => {
    const told: Assessment[] = [];
    const status = new ServiceStatus((now) => told.push(now));
    status.update({ ctiOpen: true });
    status.update({ ctiOpen: true });
    status.update({ presenceUp: true });
    status.update({ agentsQueried: true });
    status.update({ callsRestored: true });
    status.update({ presenceUp: false });
    expect(told.map((one) => one.statusReason)).toEqual([
      'The connection to the notification service is down',
      'Agent states are being queried from the CTI server',
      'Calls are being queried from the CTI server',
      '',
      'The connection to the notification service is down',
    ]);
    expect(told.map((one) => one.status)).toEqual([
      'OUT_OF_SERVICE',
      'OUT_OF_SERVICE',
      'OUT_OF_SERVICE',
      'IN_SERVICE',
      'OUT_OF_SERVICE',
    ]);
  });

  it('asks for the agents and their calls anew after a CTI loss', () => {
    const status = new ServiceStatus(() => undefined);
    status.update({ ctiOpen: true, presenceUp: true });
    status.update({ agentsQueried: true });
    expect(status.inService).toBe(false);
    status.update({ callsRestored: true });
    expect(status.inService).toBe(true);
    status.update({ ctiOpen: false });
    expect(status.inService).toBe(false);
    status.update({ ctiOpen: true });
    expect(status.inService).toBe(false);
    status.update({ agentsQueried: true });
    expect(status.inService).toBe(false);
    status.update({ callsRestored: true });
    expect(status.inService).toBe(true);
  });
});
