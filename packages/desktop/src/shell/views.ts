import { useSyncExternalStore } from 'react';

/** The views, by what stands after the `#` of the address. */
export const views = ['calls', 'team', 'queues', 'connection'] as const;
export type View = (typeof views)[number];

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

/** The view that the address names: a reload and the browser's back button keep to it. */
export function useView(): View {
  const hash = useSyncExternalStore(subscribe, () => location.hash.slice(1));
  return views.find((view) => view === hash) ?? 'calls';
}

export function showView(view: View): void {
  location.hash = view;
}
