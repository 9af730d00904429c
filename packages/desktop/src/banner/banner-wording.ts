import type { Announcement, Failure } from '@finesse-ha/client';
import type { NameNode } from '../node-names.js';
import { strings } from '../strings/index.js';

/** What the banner says while the service is not as it should be. */
export interface BannerWording {
  readonly tone: 'failing' | 'ended';
  /** What failed. */
  readonly title: string;
  /** What is being done about it. */
  readonly doing: string;
  /** What it means for the work at hand; empty when there is nothing to say. */
  readonly impact: string;
  /** Since when, on the announcements' clock; null when that is of no use. */
  readonly sinceAt: number | null;
  /** What the agent can do about it. */
  readonly remedy: 'none' | 'connect' | 'take-over' | 'sign-in';
}

/**
 * The wording for the state of service; null while all is well.
 * @param calls how many calls the agent is in
 */
export function bannerWording(
  announcement: Announcement,
  nameNode: NameNode,
  calls: number,
): BannerWording | null {
  switch (announcement.status) {
    case 'failing':
    case 'connecting':
      return {
        tone: 'failing',
        title: titleOf(announcement.failure, nameNode),
        doing: doingOf(announcement, nameNode),
        impact: strings.banner.calls(calls),
        sinceAt: announcement.failure?.sinceAt ?? announcement.at,
        remedy: 'none',
      };
    case 'ended':
      return endedWording(announcement);
    default:
      return null;
  }
}

function titleOf(failure: Failure | null, nameNode: NameNode): string {
  const { title, likely } = strings.banner;
  if (failure === null) return title.connecting;
  if (failure.scope === 'network') return title.network;
  const sentence = title[failure.scenario](nameNode(failure.node).inText);
  return failure.candidates.length > 1 ? likely(sentence) : sentence;
}

function doingOf({ failure, node, nodes, kind }: Announcement, nameNode: NameNode): string {
  const { doing } = strings.banner;
  const here = nameNode(node).inText;
  if (kind === 'connected') return doing.fetching(here);
  if (failure === null) return doing.asking(here);
  if (node !== failure.node) return doing.moving(here);
  if (failure.scope === 'network') return doing.network;
  const other = nodes.find((view) => view.node !== node);
  const there = other === undefined ? null : nameNode(other.node).inText;
  return failure.criterion === 1 ? doing.reconnect(here, there) : doing.wait(here, there);
}

function endedWording({ ended }: Announcement): BannerWording | null {
  if (ended === null) return null;
  const { banner } = strings;
  const remedies = {
    unauthorized: 'sign-in',
    license: 'connect',
    certificate: 'connect',
    conflict: 'take-over',
  } as const;
  return {
    tone: 'ended',
    title: banner.ended[ended.cause],
    doing: banner.endedDoing[ended.cause],
    impact: '',
    sinceAt: null,
    remedy: remedies[ended.cause],
  };
}
