/** Messages of supervisors to their teams, for as long as each is to be shown (dev guide 12.5 p.200-204, "TeamMessage"). */
import { z } from 'zod';

/** A message as the nodes pass it on to each other; the shape of `TeamMessage` below. */
export const teamMessageSchema = z.strictObject({
  id: z.uuid(),
  createdBy: z.strictObject({ id: z.string(), firstName: z.string(), lastName: z.string() }),
  /** Epoch seconds. */
  createdAt: z.int().positive(),
  durationSeconds: z.int().positive(),
  content: z.string(),
  teams: z.array(z.string()).min(1),
});

/** A message to one team or several. */
export type TeamMessage = z.output<typeof teamMessageSchema>;

/** Messages of one team that may be shown at once; Cisco names the limit and not the number. */
const MAX_ACTIVE = 100;

/** The messages that are to be shown now. */
export class TeamMessages {
  readonly #messages = new Map<string, TeamMessage>();
  readonly #now: () => number;

  /** @param now the wall clock, epoch ms */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The message with this id. */
  get(id: string): TeamMessage | undefined {
    return this.active().find((message) => message.id === id);
  }

  /** All of them, oldest first. */
  active(): TeamMessage[] {
    for (const [id, message] of this.#messages) if (this.#isOver(message)) this.#messages.delete(id);
    return [...this.#messages.values()].toSorted((a, b) => a.createdAt - b.createdAt);
  }

  /** Those of a team, oldest first. */
  ofTeam(teamId: string): TeamMessage[] {
    return this.active().filter((message) => message.teams.includes(teamId));
  }

  /** Those of a sender, oldest first. */
  createdBy(userId: string): TeamMessage[] {
    return this.active().filter((message) => message.createdBy.id === userId);
  }

  /** True when one of the teams can take no further message. */
  isFull(teams: readonly string[]): boolean {
    return teams.some((teamId) => this.ofTeam(teamId).length >= MAX_ACTIVE);
  }

  /**
   * Takes in a message.
   * @returns false when it is known, or its time is over
   */
  add(message: TeamMessage): boolean {
    if (this.#messages.has(message.id) || this.#isOver(message)) return false;
    this.#messages.set(message.id, message);
    return true;
  }

  /** Takes a message back. */
  delete(id: string): TeamMessage | undefined {
    const message = this.get(id);
    this.#messages.delete(id);
    return message;
  }

  #isOver({ createdAt, durationSeconds }: TeamMessage): boolean {
    return (createdAt + durationSeconds) * 1_000 <= this.#now();
  }
}
