/** A test that starts a lab, freezes a part of it, tells what it holds, and never ends by itself. */
import { startLab } from '@finesse-ha/testing';

const lab = await startLab();
await lab.fault('notification-service', { variant: 'frozen' });
const pids = lab.lab.processes.map(({ pid }) => pid);
process.stdout.write(`${JSON.stringify({ pids, restUrl: lab.nodes.primary.restUrl })}\n`);
