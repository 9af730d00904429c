/** Line icons on a grid of 24, drawn for this desktop. They only repeat what a text says, so readers skip them. */
const paths = {
  phone:
    'M6 3.5h3l1.5 4.2-2 1.4a11 11 0 0 0 6.4 6.4l1.4-2 4.2 1.5v3A2.5 2.5 0 0 1 18 20.5 14.5 14.5 0 0 1 3.5 6 2.5 2.5 0 0 1 6 3.5Z',
  hangUp:
    'M3 14.5c0-1.2.3-2.2 1-2.9a11.6 11.6 0 0 1 16 0c.7.7 1 1.7 1 2.9l-4.6 1.3-.9-2.9a9 9 0 0 0-7 0l-.9 2.9L3 14.5Z',
  pause: 'M8.5 5v14M15.5 5v14',
  play: 'M8 5v14l11-7L8 5Z',
  keypad: 'M6 5h.01M12 5h.01M18 5h.01M6 12h.01M12 12h.01M18 12h.01M6 19h.01M12 19h.01M18 19h.01',
  transfer: 'M4 8h14M14 4l4 4-4 4M20 16H6M10 12l-4 4 4 4',
  consult: 'M4 5h11v8H9l-4 3v-3H4V5ZM17 9h3v8h-1v3l-4-3h-4v-2',
  join: 'M7 9a3 3 0 1 0 0-.01M17 9a3 3 0 1 0 0-.01M2.5 19a4.5 4.5 0 0 1 9 0M12.5 19a4.5 4.5 0 0 1 9 0',
  people:
    'M9 11a3.5 3.5 0 1 0 0-.01M2.5 19.5a6.5 6.5 0 0 1 13 0M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14a6.5 6.5 0 0 1 3.5 5.5',
  queues: 'M4 6h16M4 12h16M4 18h10',
  connection: 'M4 5h16v5H4V5ZM4 14h16v5H4v-5ZM7.5 7.5h.01M7.5 16.5h.01',
  headset:
    'M4 14v-2a8 8 0 0 1 16 0v2M4 14h3v5H5.5A1.5 1.5 0 0 1 4 17.5V14ZM20 14h-3v5h1.5a1.5 1.5 0 0 0 1.5-1.5V14Z',
  message: 'M4 5h16v11H10l-4 4v-4H4V5Z',
  alert: 'M12 4 2.5 20h19L12 4ZM12 10v4.5M12 17.2h.01',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 11v5M12 7.8h.01',
  check: 'M4.5 12.5 10 18 19.5 6.5',
  close: 'M6 6l12 12M18 6 6 18',
  down: 'M6 9.5l6 6 6-6',
  erase: 'M9 5h12v14H9l-6-7 6-7ZM12 9.5l5 5M17 9.5l-5 5',
  signOut: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z',
  system: 'M3.5 5h17v11h-17V5ZM9 20h6M12 16v4',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 20.5 20.5',
  edit: 'M4 20l1-4L16 5l3 3L8 19l-4 1Z',
  incoming: 'M18 6 7 17M7 9v8h8',
  outgoing: 'M6 18 17 7M9 7h8v8',
  restore: 'M5 12a7 7 0 1 1 2 5M5 18v-4h4',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'keypad' ? 2.6 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}
