/** Whether a Debian package that a test needs is not there; the set-up of the tests says why (scripts/debian-packages.mjs). */
export function isMissing(debianPackage: string): boolean {
  return process.env.FINESSE_HA_MISSING?.split(' ').includes(debianPackage) ?? false;
}
