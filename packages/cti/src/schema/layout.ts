/**
 * How a message's layout is written down (Messaging Conventions; reference/ged188.md, sections 1 and 4). A message is one
 * row of a table: fixed fields in wire order, then floating ones by tag in any order. A further message is a further row.
 */

/** UCHAR, USHORT (BOOL too: it takes two bytes) and UINT; all unsigned. */
export type FixedType = 'u8' | 'u16' | 'u32';

/** A fixed field's type; `u32@19` is there from protocol version 19. */
export type FixedLayout = FixedType | `${FixedType}@${number}`;

/**
 * What a floating field holds. `string`: UTF-8 with a NUL at its end (ASCII in UCCE, UTF-8 in UCCX); `bytes`: UNSPEC;
 * `variable` and `array`: an ECC variable (NAMEDVAR, NAMEDARRAY); `instant`: epoch ms in eight bytes (ours).
 */
export type FloatingType = 'string' | 'bytes' | 'u16' | 'u32' | 'variable' | 'array' | 'instant';

/** A floating field: its tag and what it holds. */
export type FloatingLayout = readonly [tag: number, type: FloatingType];

/** Floating fields by name. */
export type FloatingFields = Readonly<Record<string, FloatingLayout>>;

/** One row of the table. */
export interface MessageSchema {
  /** MessageType. */
  readonly id: number;
  readonly fixed: Readonly<Record<string, FixedLayout>>;
  readonly floating?: FloatingFields;
  /**
   * Lists by name. An entry's fields are adjacent; a tag that the entry already has begins the next one. Fixed fields
   * such as NumberOfAgents tell how many there are.
   */
  readonly lists?: Readonly<Record<string, FloatingFields>>;
}

/** An ECC variable. */
export interface NamedVariable {
  readonly name: string;
  readonly value: string;
}

/** One element of an ECC array. */
export interface NamedArrayElement extends NamedVariable {
  /** 0 to 255. */
  readonly index: number;
}

/** The first field of every request and its answer. */
export const invoke = { invokeId: 'u32' } as const;

/** The three ways to name an agent's device or the agent. */
export const agentKeys = {
  agentExtension: [4, 'string'],
  agentId: [5, 'string'],
  agentInstrument: [6, 'string'],
} as const;

/** An agent's id of up to 128 characters; UCCX has it in place of tag 5. */
export const agentIdLong = { agentIdLong: [194, 'string'] } as const;

/** Skill groups as they stand in agents' and calls' messages. */
export const skillGroups = {
  skillGroupNumber: [62, 'u32'],
  skillGroupId: [63, 'u32'],
  skillGroupPriority: [64, 'u16'],
  skillGroupState: [65, 'u16'],
} as const;

/**
 * Floating fields of our own in the messages of calls, which a real CTI server does not send and any client skips: GED-188
 * gives a call's events no time, so that a node that (re)connects could not show since when a call goes on, and the two nodes
 * of a pair would show different times. Both sides of the lab's server send the same instants.
 */
export const labTimes = {
  /** When it happened, in a snapshot when the call began. */
  happenedAt: [0xf003, 'instant'],
  /** The call that a consultation belongs to. */
  associatedCallId: [0xf004, 'u32'],
} as const;
