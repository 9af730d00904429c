/** Starts a lab and holds it: what is left of it when this process is killed is what the test looks at. */
import { dirname } from 'node:path';
import { startLab } from '../../dist/index.js';

const lab = await startLab();
process.send?.({ pids: lab.processes.map(({ pid }) => pid), dir: dirname(lab.certificate.certFile) });
