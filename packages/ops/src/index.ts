export {
  type Certificate,
  type CertificateFiles,
  type CertificateObserver,
  CertificateWatch,
  readCertificate,
} from './certificate.js';
export { createLog, type Logger } from './log.js';
export { type Health, type ManagementAddress, ManagementServer, managementSchema } from './management.js';
