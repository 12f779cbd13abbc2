import { fieldOf, type Program, type Slot } from '../ir/program.ts';
import type { Start } from '../packet/exchange.ts';
import { FIELDS, type Field } from '../packet/field.ts';
import { type Packet, packet } from '../packet/packet.ts';
import type { Scalar } from '../packet/scalar.ts';

/** A value for every input of a Program. */
export type Inputs = ReadonlyMap<Slot, Scalar>;

const STATE = /^ctState@(.+)$/;

/** The nodes whose conntrack state a Program leaves to its inputs. */
export const trackedNodes = (program: Program): readonly string[] =>
  [...program.inputs.keys()].flatMap((slot) => STATE.exec(slot)?.[1] ?? []);

/** The packet (and the state at each node) that inputs of a Program stand for. */
export function startOf(inputs: Inputs): Start {
  const fields: Partial<Record<Field, Scalar>> = {};
  const states = new Map<string, number>();
  for (const [slot, value] of inputs) {
    const node = STATE.exec(slot)?.[1];
    if (node !== undefined) states.set(node, Number(value));
    else if (FIELDS.includes(slot as Field)) fields[fieldOf(slot)] = value;
  }
  return { packet: packet(fields as Partial<Packet>), states };
}
