import { describe, expect, it } from 'vitest';
import { type Assessment, assess, ServiceStatus } from '../src/web-app/status.ts';

describe('service status', () => {
  it('is in service only when all three dependencies are met', () => {
    const yesNo = [true, false];
    for (const ctiOpen of yesNo) {
      for (const agentsQueried of yesNo) {
        for (const presenceUp of yesNo) {
          const { status, statusReason } = assess({ ctiOpen, agentsQueried, presenceUp });
          const all = ctiOpen && agentsQueried && presenceUp;
          expect(status).toBe(all ? 'IN_SERVICE' : 'OUT_OF_SERVICE');
          expect(statusReason === '').toBe(all);
        }
      }
    }
  });

  it('tells each change once, with its reason', () => {
    const told: Assessment[] = [];
    const status = new ServiceStatus((now) => told.push(now));
    status.update({ ctiOpen: true });
    status.update({ ctiOpen: true });
    status.update({ presenceUp: true });
    status.update({ agentsQueried: true });
    status.update({ presenceUp: false });
    expect(told.map((one) => one.statusReason)).toEqual([
      'The connection to the notification service is down',
      'Agent states are being queried from the CTI server',
      '',
      'The connection to the notification service is down',
    ]);
    expect(told.map((one) => one.status)).toEqual([
      'OUT_OF_SERVICE',
      'OUT_OF_SERVICE',
      'IN_SERVICE',
      'OUT_OF_SERVICE',
    ]);
  });

  it('asks for the agents anew after a CTI loss', () => {
    const status = new ServiceStatus(() => undefined);
    status.update({ ctiOpen: true, presenceUp: true });
    status.update({ agentsQueried: true });
    expect(status.inService).toBe(true);
    status.update({ ctiOpen: false });
    expect(status.inService).toBe(false);
    status.update({ ctiOpen: true });
    expect(status.inService).toBe(false);
    status.update({ agentsQueried: true });
    expect(status.inService).toBe(true);
  });
});
