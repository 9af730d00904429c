import type { LabAgent } from './agent-model.js';

/** An agent team. */
export interface LabTeam {
  /** A number in digits, as GED-188 has it in four bytes. */
  id: string;
  name: string;
}

/** Who belongs to which team; the configuration does not change while the server runs. */
export class Teams {
  readonly #names: ReadonlyMap<number, string>;
  readonly #members = new Map<number, LabAgent[]>();
  readonly #supervised = new Map<number, number[]>();

  constructor(agents: readonly LabAgent[], teams: readonly LabTeam[]) {
    this.#names = new Map(teams.map((team) => [Number(team.id), team.name]));
    for (const agent of agents) {
      if (agent.teamId === undefined) continue;
      const team = Number(agent.teamId);
      this.#members.set(team, [...(this.#members.get(team) ?? []), agent]);
      if (isSupervisor(agent)) this.#supervised.set(agent.skillTargetId, [team]);
    }
  }

  /** Undefined for a team that nobody is in. */
  members(team: number): readonly LabAgent[] | undefined {
    return this.#members.get(team);
  }

  nameOf(team: number): string | undefined {
    return this.#names.get(team);
  }

  /** The teams of a supervisor by the skill target id: in the lab, the one that he is in himself. */
  supervisedBy(skillTargetId: number): readonly number[] {
    return this.#supervised.get(skillTargetId) ?? [];
  }
}

export function isSupervisor(agent: LabAgent): boolean {
  return agent.roles?.includes('Supervisor') ?? false;
}
