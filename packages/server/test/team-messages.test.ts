import { parseXml } from '@finesse-ha/protocol';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../src/web-app/errors.ts';
import {
  formatTeamMessages,
  parseTeamMessageRequest,
  teamMessageElement,
} from '../src/web-app/teams/team-message-view.ts';
import { type TeamMessage, TeamMessages } from '../src/web-app/teams/team-messages.ts';

const CREATED_AT = 1_537_418_173;

function message(change: Partial<TeamMessage> = {}): TeamMessage {
  return {
    id: 'be1598bb-bb2a-4dfc-8c01-91ec10b029af',
    createdBy: { id: '1001003', firstName: 'Carol', lastName: 'Lab' },
    createdAt: CREATED_AT,
    durationSeconds: 100,
    content: 'Lines <A> & B are busy',
    teams: ['1', '2'],
    ...change,
  };
}

describe('team messages', () => {
  it('are shown to their teams until their time is over', () => {
    let now = CREATED_AT * 1_000;
    const messages = new TeamMessages(() => now);
    const later = message({
      id: '2f1598bb-bb2a-4dfc-8c01-91ec10b029af',
      createdAt: CREATED_AT + 1,
      teams: ['2'],
    });
    expect(messages.add(later)).toBe(true);
    expect(messages.add(message())).toBe(true);
    expect(messages.add(message())).toBe(false);
    expect(messages.ofTeam('1')).toEqual([message()]);
    expect(messages.ofTeam('2')).toEqual([message(), later]);
    expect(messages.createdBy('1001003')).toHaveLength(2);
    now += 100_000;
    expect(messages.active()).toEqual([later]);
    expect(messages.add(message())).toBe(false);
    expect(messages.delete(message().id)).toBeUndefined();
    expect(messages.delete(later.id)).toEqual(later);
    expect(messages.active()).toEqual([]);
  });

  it('fill a team at a bound', () => {
    const messages = new TeamMessages(() => CREATED_AT * 1_000);
    for (let n = 0; n < 100; n += 1) messages.add(message({ id: `${n}`, teams: ['1'] }));
    expect(messages.isFull(['2'])).toBe(false);
    expect(messages.isFull(['2', '1'])).toBe(true);
  });

  it('look as documented', () => {
    const root = teamMessageElement(message());
    expect(root.getChildText('uri')).toBe('/finesse/api/TeamMessage/be1598bb-bb2a-4dfc-8c01-91ec10b029af');
    expect(root.getChild('createdBy')?.getChildText('firstName')).toBe('Carol');
    expect(root.getChildText('createdAt')).toBe('1537418173');
    expect(root.getChildText('duration')).toBe('100');
    expect(
      root
        .getChild('teams')
        ?.getChildren('team')
        .map((team) => team.text()),
    ).toEqual(['1', '2']);
    const list = parseXml(formatTeamMessages([message()]));
    expect(list.getChild('TeamMessage')?.getChildText('content')).toBe('Lines <A> & B are busy');
  });

  const body = (...children: string[]) => `<TeamMessage>${children.join('')}</TeamMessage>`;
  const content = '<content>Hello</content>';
  const duration = '<duration>300</duration>';
  const teams = '<teams><team>1</team><team>1</team></teams>';

  it('are read from a request', () => {
    expect(parseTeamMessageRequest(body(content, duration, teams))).toEqual({
      content: 'Hello',
      durationSeconds: 300,
      teams: ['1'],
    });
  });

  it.each([
    [body(duration, teams), 'Parameter Missing', 'content'],
    [body(`<content>${'x'.repeat(256)}</content>`, duration, teams), 'Invalid Input', 'content'],
    [body(content, teams), 'Parameter Missing', 'duration'],
    [body(content, '<duration>0</duration>', teams), 'Invalid Input', 'duration'],
    [body(content, '<duration>soon</duration>', teams), 'Invalid Input', 'duration'],
    [body(content, duration), 'Parameter Missing', 'teams'],
    [body(content, duration, '<teams/>'), 'Parameter Missing', 'teams'],
  ])('are refused as %j', (text, type, data) => {
    const refused = () => parseTeamMessageRequest(text);
    expect(refused).toThrow(ApiError);
    expect(refused).toThrow(expect.objectContaining({ status: 400, type, data }));
  });
});
